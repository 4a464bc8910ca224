/** What an encoder outputs about a track before its first segment. */
export type TrackHeader = VideoHeader | AudioHeader;

interface HeaderBase {
  readonly timescale: number;
  readonly init: Buffer;
  /** RFC 6381. */
  readonly codecs: string;
  readonly bitrateBps: number;
}

export interface VideoHeader extends HeaderBase {
  readonly kind: 'video';
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

export interface AudioHeader extends HeaderBase {
  readonly kind: 'audio';
  readonly sampleRate: number;
  readonly channels: number;
}
