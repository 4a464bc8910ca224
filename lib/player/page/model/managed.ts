import type { EncoderTier } from '../api/types.ts';

/** What encodes a stream, as people choose it. */
export const encoderChoices: readonly {
  readonly tier: EncoderTier;
  readonly name: string;
  readonly about: string;
}[] = [
  { tier: 'fleet', name: 'Own workers', about: 'DASH and HLS, on air within seconds.' },
  {
    tier: 'medialive',
    name: 'AWS MediaLive',
    about:
      'A managed channel for each broadcast, on air after about a minute. HLS only: there is no DASH manifest.',
  },
];

/** `0.4123` → `$0.41`; what is less than ten cents keeps a tenth of a cent, so that small parts are not all alike. */
export const formatUsd = (usd: number): string => `$${usd.toFixed(usd < 0.0995 ? 3 : 2)}`;
