import { parseAvcConfig } from '../../../../packaging/codec/avc-config.ts';
import { nalTypes, nalUnits } from '../../../../packaging/codec/avc-nal-units.ts';
import { parseAvcSps } from '../../../../packaging/codec/avc-sps.ts';
import { CodecConfigError } from '../../../../packaging/codec/errors.ts';
import { classicVideoHeaderBytes } from '../../../../protocol/flv/video-tag.ts';
import { pictureFault } from '../../../policy/picture-limit.ts';

/** Finds parameter sets of pictures that would cost too much memory, wherever they come. */
export class PictureSizes {
  /** The one that was last found among pictures. */
  #inBand: Uint8Array = Buffer.alloc(0);

  /** What is wrong with the pictures that a sequence header announces. Throws `CodecConfigError` if it can't be read. */
  faultOfHeader(header: Buffer): string | undefined {
    for (const sps of parseAvcConfig(header.subarray(classicVideoHeaderBytes)).sps) {
      const fault = pictureFault(parseAvcSps(sps));
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  /** Decoders also follow a parameter set that comes among pictures. One that can't be read is ignored, by ffmpeg too. */
  faultOfPicture(sample: Uint8Array, lengthBytes: number): string | undefined {
    for (const unit of nalUnits(sample, lengthBytes)) {
      if ((unit[0]! & 31) !== nalTypes.sps || Buffer.compare(unit, this.#inBand) === 0) continue;
      this.#inBand = Buffer.from(unit);
      try {
        const fault = pictureFault(parseAvcSps(unit));
        if (fault !== undefined) return fault;
      } catch (cause) {
        if (!(cause instanceof CodecConfigError)) throw cause;
      }
    }
    return undefined;
  }
}
