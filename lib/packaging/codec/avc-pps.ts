import { BitReader, OutOfBitsError, unescapeNal } from './bit-reader.ts';
import { CodecConfigError } from './errors.ts';

/** What we need of a picture parameter set (ITU-T H.264 7.3.2.2). */
export interface AvcPps {
  readonly id: number;
  readonly cabac: boolean;
  readonly bottomFieldOrder: boolean;
  readonly sliceGroups: number;
  readonly weightedPrediction: boolean;
  /** SliceQPY of a slice whose slice_qp_delta is 0. */
  readonly initialQp: number;
  readonly deblockingControl: boolean;
  readonly redundantPictures: boolean;
}

/** Reads a PPS NAL unit (with its one-byte header). Throws `CodecConfigError` `BAD_AVC_CONFIG`. */
export function parseAvcPps(nal: Uint8Array): AvcPps {
  if ((nal[0]! & 31) !== 8) throw new CodecConfigError('BAD_AVC_CONFIG', 'The NAL unit is not a PPS');
  try {
    return readPps(new BitReader(unescapeNal(nal.subarray(1))));
  } catch (cause) {
    if (!(cause instanceof OutOfBitsError)) throw cause;
    throw new CodecConfigError('BAD_AVC_CONFIG', 'The PPS is cut off', { cause });
  }
}

function readPps(bits: BitReader): AvcPps {
  const id = bits.unsigned();
  bits.unsigned(); // seq_parameter_set_id
  const cabac = bits.flag();
  const bottomFieldOrder = bits.flag();
  const sliceGroups = bits.unsigned() + 1;
  // What follows depends on the map of slice groups, which only Baseline and Extended have and nobody broadcasts.
  if (sliceGroups > 1) throw new CodecConfigError('BAD_AVC_CONFIG', 'The PPS has several slice groups');
  bits.unsigned(); // num_ref_idx_l0_default_active_minus1
  bits.unsigned(); // num_ref_idx_l1_default_active_minus1
  const weightedPrediction = bits.flag();
  bits.skip(2); // weighted_bipred_idc
  const initialQp = 26 + bits.signed();
  bits.signed(); // pic_init_qs_minus26
  bits.signed(); // chroma_qp_index_offset
  const deblockingControl = bits.flag();
  bits.skip(1); // constrained_intra_pred_flag
  const redundantPictures = bits.flag();
  return {
    id,
    cabac,
    bottomFieldOrder,
    sliceGroups,
    weightedPrediction,
    initialQp,
    deblockingControl,
    redundantPictures,
  };
}
