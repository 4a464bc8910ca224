import type { LadderConfig } from '../../config/ladder.ts';

/**
 * When it runs: every 15 minutes, in the middle of the alarm's periods, which begin with the quarters of the hour. A run
 * usually takes four minutes, so each period has the end of exactly one.
 */
export const canaryMinutes = '5/15';

/** Larger pictures cost more than they show: they are made like this one. */
const mostLines = 1080;

/** The flags of a scheduled run: a picture that needs the whole ladder. */
export function canaryFlags({
  api,
  region,
  ladder,
}: {
  readonly api: string;
  readonly region: string;
  readonly ladder: LadderConfig;
}): string[] {
  const top = ladder.rungs.find(({ shortSide }) => shortSide <= mostLines) ?? ladder.rungs.at(-1);
  const even = (side: number): number => side - (side % 2);
  const size = top ? ['--size', `${even(top.longSide)}x${even(top.shortSide)}`] : [];
  return ['--api', api, '--region', region, ...size];
}
