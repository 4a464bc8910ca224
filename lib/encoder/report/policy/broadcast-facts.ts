import type { InputFacts, RenditionFacts } from '../../../control-store/records.ts';
import type { InputFormat } from '../../policy/input-format.ts';
import type { TrackHeader } from '../../policy/track-header.ts';

/** The input as stored in the control store. `encoderName`: the publisher's application, as it identifies itself. */
export function inputFacts(format: InputFormat, bitrateBps: number, encoderName?: string): InputFacts {
  const { width, height, frameRate } = format.video;
  return {
    videoCodec: format.videoCodec,
    ...(format.audioCodec ? { audioCodec: format.audioCodec } : {}),
    width,
    height,
    frameRate,
    bitrateBps,
    ...(encoderName ? { encoder: encoderName } : {}),
  };
}

/** The renditions as stored in the control store, in the same order. */
export const renditionFacts = (
  renditions: readonly { readonly id: string; readonly header: TrackHeader }[],
): RenditionFacts[] =>
  renditions.map(({ id, header }) => ({
    id,
    codecs: header.codecs,
    bandwidthBps: header.bitrateBps,
    ...(header.kind === 'video'
      ? { width: header.width, height: header.height, frameRate: header.frameRate }
      : {}),
  }));
