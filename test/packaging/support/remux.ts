import { type CmafSample, mediaChunk } from '../../../lib/packaging/cmaf/chunk.ts';
import { initSegment, videoTimescale } from '../../../lib/packaging/cmaf/init.ts';
import { parseAudioTag } from '../../../lib/protocol/flv/audio-tag.ts';
import { FlvReader } from '../../../lib/protocol/flv/reader.ts';
import { parseVideoTag } from '../../../lib/protocol/flv/video-tag.ts';

export interface RemuxedTrack {
  readonly init: Buffer;
  readonly chunks: Buffer[];
  readonly samples: readonly CmafSample[];
}

/**
 * FLV → CMAF, with `perChunk` samples a chunk. `frameTicks` is the duration of a video frame; the frames' order number
 * gives the decoding time, so that the milliseconds of FLV do not jitter.
 */
export function remux(
  flv: Buffer,
  options: { frameTicks: number; perChunk: number },
): Record<'video' | 'audio', RemuxedTrack | undefined> {
  const video: CmafSample[] = [];
  const audio: CmafSample[] = [];
  let avcConfig: Buffer | undefined;
  let audioSpecificConfig: Buffer | undefined;
  for (const tag of new FlvReader().push(flv)) {
    if (tag.type === 'video') {
      const body = parseVideoTag(tag.payload);
      if (body.packetType === 'sequence-header') avcConfig = body.data;
      if (body.packetType !== 'frame') continue;
      const offset = (body.compositionTimeMs * videoTimescale) / 1000 / options.frameTicks;
      video.push({
        durationTicks: options.frameTicks,
        data: body.data,
        keyframe: body.keyframe,
        compositionOffsetTicks: Math.round(offset) * options.frameTicks,
      });
    } else if (tag.type === 'audio') {
      const body = parseAudioTag(tag.payload);
      if (body.packetType === 'sequence-header') audioSpecificConfig = body.data;
      if (body.packetType === 'frame') audio.push({ durationTicks: 1024, data: body.data, keyframe: true });
    }
  }
  return {
    video: avcConfig && {
      init: initSegment({ kind: 'video', timescale: videoTimescale, avcConfig }),
      chunks: chunksOf(video, options.perChunk),
      samples: video,
    },
    audio: audioSpecificConfig && {
      init: initSegment({ kind: 'audio', audioSpecificConfig }),
      chunks: chunksOf(audio, options.perChunk),
      samples: audio,
    },
  };
}

/** Every chunk as bytes, on one unbroken decoding timeline from 0. */
function chunksOf(samples: readonly CmafSample[], perChunk: number): Buffer[] {
  const chunks: Buffer[] = [];
  let baseMediaDecodeTime = 0;
  for (let from = 0; from < samples.length; from += perChunk) {
    const some = samples.slice(from, from + perChunk);
    const sequenceNumber = chunks.length + 1;
    chunks.push(
      Buffer.concat(mediaChunk({ sequenceNumber, baseMediaDecodeTime, samples: some, styp: 'chunk' })),
    );
    baseMediaDecodeTime += some.reduce((sum, { durationTicks }) => sum + durationTicks, 0);
  }
  return chunks;
}
