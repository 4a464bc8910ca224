import { type Check, seconds } from './check.ts';

/** From connecting to the first segment at the edge. A worker that has to start its first ffmpeg takes longest. */
const onAirWithinMs = 15_000;

export interface OnAirFound {
  /** From the start of the publisher to the first segment that the edge served; undefined if there was none. */
  readonly onAirMs: number | undefined;
  readonly publisher: { readonly code: number | null; readonly said: string };
}

export function judgeOnAir({ onAirMs, publisher }: OnAirFound): Check {
  const { code, said } = publisher;
  const words = said === '' ? '' : `: ${said}`;
  return {
    name: 'on-air',
    faults: [
      ...(code === 0 ? [] : [`the publisher's connection ended early (ffmpeg exited with ${code})${words}`]),
      ...(onAirMs === undefined ? ['the edge never served a segment'] : []),
      ...(onAirMs !== undefined && onAirMs > onAirWithinMs
        ? [`on the air after ${seconds(onAirMs)} (right: ${seconds(onAirWithinMs)} at most)`]
        : []),
    ],
    figures: onAirMs === undefined ? {} : { onAirMs: Math.round(onAirMs) },
  };
}
