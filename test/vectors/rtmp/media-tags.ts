/** First bytes of audio and video messages, and what they say. */
export interface TagVector {
  readonly name: string;
  readonly kind: 'video' | 'audio';
  readonly hex: string;
  readonly codec: string | undefined;
  readonly fourCc?: string;
  readonly keyframe?: true;
  readonly sequenceHeader?: true;
}

export const tagVectors: readonly TagVector[] = [
  { name: 'an AVC sequence header', kind: 'video', hex: '17 00 000000 01', codec: 'H.264', sequenceHeader: true },
  { name: 'an AVC keyframe', kind: 'video', hex: '17 01 000000', codec: 'H.264', keyframe: true },
  { name: 'an AVC inter frame', kind: 'video', hex: '27 01 000000', codec: 'H.264' },
  { name: 'an AVC end of sequence', kind: 'video', hex: '17 02 000000', codec: 'H.264' },
  { name: 'an AVC tag of one byte', kind: 'video', hex: '17', codec: 'H.264' },
  { name: 'an H.263 keyframe', kind: 'video', hex: '12 00', codec: 'Sorenson H.263', keyframe: true },
  { name: 'an H.263 inter frame', kind: 'video', hex: '22 00', codec: 'Sorenson H.263' },
  { name: 'a Screen Video keyframe', kind: 'video', hex: '13', codec: 'Screen Video', keyframe: true },
  { name: 'a VP6 keyframe', kind: 'video', hex: '14 00', codec: 'VP6', keyframe: true },
  { name: 'VP6 with alpha', kind: 'video', hex: '25', codec: 'VP6 with alpha' },
  { name: 'Screen Video 2', kind: 'video', hex: '26', codec: 'Screen Video 2' },
  { name: 'HEVC by its inofficial number', kind: 'video', hex: '2c 01', codec: 'HEVC' },
  { name: 'a number of no codec', kind: 'video', hex: '2f', codec: 'video codec 15' },
  { name: 'no video at all', kind: 'video', hex: '', codec: undefined },
  { name: 'an enhanced HEVC sequence header', kind: 'video', hex: '90 68766331', codec: 'HEVC', fourCc: 'hvc1', sequenceHeader: true },
  { name: 'an enhanced HEVC keyframe', kind: 'video', hex: '91 68766331', codec: 'HEVC', fourCc: 'hvc1', keyframe: true },
  { name: 'an enhanced HEVC keyframe without composition time', kind: 'video', hex: '93 68766331', codec: 'HEVC', fourCc: 'hvc1', keyframe: true },
  { name: 'an enhanced HEVC inter frame', kind: 'video', hex: 'a1 68766331', codec: 'HEVC', fourCc: 'hvc1' },
  { name: 'an enhanced AV1 sequence header', kind: 'video', hex: '90 61763031', codec: 'AV1', fourCc: 'av01', sequenceHeader: true },
  { name: 'an enhanced AV1 sequence header for MPEG-2 TS', kind: 'video', hex: '95 61763031', codec: 'AV1', fourCc: 'av01', sequenceHeader: true },
  { name: 'enhanced VP9 metadata', kind: 'video', hex: '94 76703039', codec: 'VP9', fourCc: 'vp09' },
  { name: 'enhanced H.264', kind: 'video', hex: '91 61766331', codec: 'H.264', fourCc: 'avc1', keyframe: true },
  { name: 'enhanced VVC', kind: 'video', hex: 'a1 76766331', codec: 'VVC', fourCc: 'vvc1' },
  { name: 'an enhanced codec of tomorrow', kind: 'video', hex: 'a1 61767032', codec: "codec 'avp2'", fourCc: 'avp2' },
  { name: 'an enhanced codec of unprintable bytes', kind: 'video', hex: 'a1 00ff0a32', codec: "codec '???2'", fourCc: '???2' },
  { name: 'an enhanced header without its FourCC', kind: 'video', hex: '90 6876', codec: undefined, sequenceHeader: true },
  { name: 'enhanced multitrack video', kind: 'video', hex: '96 00 68766331', codec: undefined },
  { name: 'an AAC sequence header', kind: 'audio', hex: 'af 00 1210', codec: 'AAC', sequenceHeader: true },
  { name: 'an AAC frame', kind: 'audio', hex: 'af 01 21', codec: 'AAC' },
  { name: 'MP3', kind: 'audio', hex: '2f ff', codec: 'MP3' },
  { name: 'MP3 with 8 kHz', kind: 'audio', hex: 'ef', codec: 'MP3 8 kHz' },
  { name: 'Nellymoser', kind: 'audio', hex: '62', codec: 'Nellymoser' },
  { name: 'Speex', kind: 'audio', hex: 'b2', codec: 'Speex' },
  { name: 'PCM', kind: 'audio', hex: '3e', codec: 'PCM' },
  { name: 'G.711', kind: 'audio', hex: '72', codec: 'G.711 A-law' },
  { name: 'a sound format of none', kind: 'audio', hex: 'cf', codec: 'sound format 12' },
  { name: 'no audio at all', kind: 'audio', hex: '', codec: undefined },
  { name: 'an enhanced Opus sequence header', kind: 'audio', hex: '90 4f707573', codec: 'Opus', fourCc: 'Opus', sequenceHeader: true },
  { name: 'an enhanced AC-3 frame', kind: 'audio', hex: '91 61632d33', codec: 'AC-3', fourCc: 'ac-3' },
  { name: 'enhanced multitrack audio', kind: 'audio', hex: '95 00 4f707573', codec: undefined },
];
