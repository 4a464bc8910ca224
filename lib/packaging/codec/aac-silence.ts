import { CodecConfigError } from './errors.ts';

/** Syntactic elements (ISO/IEC 14496-3 table 4.85). */
const single = 0;
const pair = 1;
const lowFrequency = 3;
const end = 7;

/** The elements of a raw_data_block by channelConfiguration 1 to 7 (table 1.19). */
const layouts: readonly (readonly number[] | undefined)[] = [
  undefined,
  [single],
  [pair],
  [single, pair],
  [single, pair, single],
  [single, pair, pair],
  [single, pair, pair, lowFrequency],
  [single, pair, pair, pair, lowFrequency],
];

/**
 * One AAC-LC access unit (raw_data_block, 1024 samples) of silence for channelConfiguration 1 to 7: fills gaps in a
 * publisher's audio. Throws `CodecConfigError` `UNSUPPORTED_CODEC_CONFIG` for any other configuration.
 */
export function aacSilence(channelConfig: number): Buffer {
  const layout = layouts[channelConfig];
  if (layout === undefined) {
    throw new CodecConfigError(
      'UNSUPPORTED_CODEC_CONFIG',
      `Cannot generate silence for channelConfiguration ${channelConfig}`,
    );
  }
  const bits: string[] = [];
  const instances = new Map<number, number>();
  for (const element of layout) {
    const instance = instances.get(element) ?? 0;
    instances.set(element, instance + 1);
    bits.push(element.toString(2).padStart(3, '0'), instance.toString(2).padStart(4, '0'));
    bits.push(element === pair ? silentPair : silentSingle);
  }
  bits.push(end.toString(2));
  const text = bits.join('');
  return Buffer.from((text.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}

/** ics_info: reserved, window_sequence ONLY_LONG, window_shape sine, max_sfb 0, predictor_data_present 0. */
const icsInfo = '0'.repeat(11);
const globalGain = '0'.repeat(8);
/** With max_sfb 0 there are no sections and no spectrum: only the flags for pulse, TNS and gain control. */
const noTools = '000';
const silentSingle = globalGain + icsInfo + noTools;
/** common_window 1, the shared ics_info, ms_mask_present 0, then both channels. */
const silentPair = `1${icsInfo}00${(globalGain + noTools).repeat(2)}`;
