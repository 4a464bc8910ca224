/** Tag types (FLV specification 10.1, annex E.4.1). */
export type FlvTagType = 'audio' | 'video' | 'script';

/** One tag. RTMP's audio, video and data messages have the same payloads. */
export interface FlvTag {
  readonly type: FlvTagType;
  /** Decoding time in ms, 0 to 2³² − 1. */
  readonly timestampMs: number;
  readonly payload: Buffer;
}

export const tagTypeCodes: Readonly<Record<FlvTagType, number>> = { audio: 8, video: 9, script: 18 };

export const tagHeaderBytes = 11;
/** The length field has 24 bits. */
export const maxTagPayloadBytes = 0xff_ffff;
