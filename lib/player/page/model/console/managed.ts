import type { EncoderTier } from '../../api/types.ts';

/** The encoders that a stream can choose from. */
export const encoderChoices: readonly {
  readonly tier: EncoderTier;
  readonly name: string;
  readonly about: string;
}[] = [
  { tier: 'fleet', name: 'Headwater encoders', about: 'DASH and HLS, on air within seconds.' },
  {
    tier: 'medialive',
    name: 'AWS MediaLive',
    about: 'A managed channel per broadcast, on air after about a minute. HLS only, without a DASH manifest.',
  },
];

/** `0.4123` → `$0.41`; below ten cents with a tenth of a cent, so that small items don't all look the same. */
export const formatUsd = (usd: number): string => `$${usd.toFixed(usd < 0.0995 ? 3 : 2)}`;
