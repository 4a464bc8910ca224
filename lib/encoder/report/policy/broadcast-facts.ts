import type { InputFacts, PictureFacts, RenditionFacts } from '../../../control-store/records.ts';
import type { InputFormat, PictureFormat } from '../../policy/input-format.ts';
import type { TrackHeader } from '../../policy/track-header.ts';

/** The input as stored in the control store. `encoderName`: the publisher's application, as it identifies itself. */
export function inputFacts(format: InputFormat, bitrateBps: number, encoderName?: string): InputFacts {
  const { picture, audioCodec } = format;
  return {
    ...(picture && pictureFacts(picture)),
    ...(audioCodec ? { audioCodec } : {}),
    bitrateBps,
    ...(encoderName ? { encoder: encoderName } : {}),
  };
}

function pictureFacts({ codec, input }: PictureFormat): PictureFacts {
  const { width, height, frameRate } = input;
  return { videoCodec: codec, width, height, frameRate };
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
