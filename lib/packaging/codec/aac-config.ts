import { BitReader } from './bit-reader.ts';
import { CodecConfigError } from './errors.ts';

/** AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1). */
export interface AacConfig {
  /** Object type of the core: 2 is AAC-LC, also with SBR and PS. */
  readonly objectType: number;
  /** Sample rate of the core, in Hz: the timescale of its 1024-sample frames. */
  readonly sampleRate: number;
  /** channelConfiguration; 0 if defined by a program config element. */
  readonly channelConfig: number;
  /** Channels coded by the core, 0 if unknown. Parametric stereo turns one into two. */
  readonly channels: number;
  /** Samples per frame, 960 or 1024. */
  readonly frameSamples: number;
  /** Output sample rate of the decoder, if SBR is signalled. */
  readonly extensionSampleRate: number | undefined;
  readonly parametricStereo: boolean;
  /** RFC 6381: `mp4a.40.2`, `mp4a.40.5` with SBR, `mp4a.40.29` with PS. */
  readonly codecString: string;
}

const sampleRates = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
/** By channelConfiguration (table 1.19). */
const channelCounts = [0, 1, 2, 3, 4, 5, 6, 8, 0, 0, 0, 7, 8, 0, 8];
const sbr = 5;
const ps = 29;
/** AAC Main, LC, SSR, LTP, Scalable, TwinVQ and the error-resilient types that start with a GASpecificConfig. */
const generalAudio = new Set([1, 2, 3, 4, 6, 7, 17, 19, 20, 21, 22, 23]);

/**
 * Reads the body of an AAC sequence header. HE-AAC is detected if it is signalled: hierarchically (object type 5 or 29 first)
 * or by the backward compatible extension (sync word 0x2b7). Throws `CodecConfigError`.
 */
export function parseAudioSpecificConfig(config: Uint8Array): AacConfig {
  try {
    return readConfig(new BitReader(config));
  } catch (cause) {
    if (cause instanceof CodecConfigError) throw cause;
    throw new CodecConfigError('BAD_AAC_CONFIG', 'The AudioSpecificConfig is truncated', { cause });
  }
}

function readConfig(bits: BitReader): AacConfig {
  let objectType = readObjectType(bits);
  const sampleRate = readSampleRate(bits);
  const channelConfig = bits.bits(4);
  let parametricStereo = objectType === ps;
  let extensionSampleRate: number | undefined;
  if (objectType === sbr || objectType === ps) {
    extensionSampleRate = readSampleRate(bits);
    objectType = readObjectType(bits);
  }
  if (!generalAudio.has(objectType)) {
    throw new CodecConfigError(
      'UNSUPPORTED_CODEC_CONFIG',
      `MPEG-4 audio object type ${objectType} is not AAC`,
    );
  }
  const frameSamples = bits.flag() ? 960 : 1024;
  if (bits.flag()) bits.skip(14); // coreCoderDelay
  bits.skip(1); // extensionFlag
  // With channelConfig 0 a program config element of unknown length follows, and an extension could not be found.
  if (extensionSampleRate === undefined && channelConfig !== 0) {
    ({ extensionSampleRate, parametricStereo } = readSyncExtension(bits));
  }
  const codec = parametricStereo ? ps : extensionSampleRate === undefined ? objectType : sbr;
  return {
    objectType,
    sampleRate,
    channelConfig,
    channels: channelCounts[channelConfig] ?? 0,
    frameSamples,
    extensionSampleRate,
    parametricStereo,
    codecString: `mp4a.40.${codec}`,
  };
}

/** The backward compatible signalling at the end (1.6.5.3): older decoders do not see it. */
function readSyncExtension(bits: BitReader): Pick<AacConfig, 'extensionSampleRate' | 'parametricStereo'> {
  const none = { extensionSampleRate: undefined, parametricStereo: false };
  if (bits.bitsLeft < 16 || bits.bits(11) !== 0x2b7) return none;
  if (readObjectType(bits) !== sbr || !bits.flag()) return none;
  const extensionSampleRate = readSampleRate(bits);
  const parametricStereo = bits.bitsLeft >= 12 && bits.bits(11) === 0x548 && bits.flag();
  return { extensionSampleRate, parametricStereo };
}

function readObjectType(bits: BitReader): number {
  const type = bits.bits(5);
  return type === 31 ? 32 + bits.bits(6) : type;
}

function readSampleRate(bits: BitReader): number {
  const index = bits.bits(4);
  const rate = index === 15 ? bits.bits(24) : sampleRates[index];
  if (!rate) throw new CodecConfigError('BAD_AAC_CONFIG', `Sampling frequency index ${index} is reserved`);
  return rate;
}
