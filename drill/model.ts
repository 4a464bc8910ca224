/** One fault, and what must hold during and after it. */
export interface Drill {
  /** For `--only`, for example `worker-killed`. */
  readonly name: string;
  /** What is done to the platform, for people to read; the table's first column. */
  readonly fault: string;
  /** What must hold, for people to read; the table's second column. */
  readonly promise: string;
  /** Approximate duration of one run, in seconds. */
  readonly seconds: number;
  /** One run on a platform of its own. Throws if it could not be carried out; a broken promise is a finding. */
  run(context: DrillContext): Promise<Finding>;
}

export interface DrillContext {
  /** Increases with each run; all randomness is derived from it. */
  readonly seed: number;
  /**
   * Adds a moment to the timeline: now, or `atMs` (from `now()`). One in the lane `fault` is drawn through all lanes, and the
   * first of those is the axis's zero.
   */
  mark(lane: string, words: string, atMs?: number): void;
  /** Adds a span that has ended by now to the timeline; times from `now()`. */
  span(lane: string, words: string, fromMs: number, toMs: number, tone?: Tone): void;
  /** Adds a curve to the timeline, for example of a player's buffer; its points are joined by straight lines. */
  level(lane: string, unit: string, points: readonly LevelPoint[]): void;
  /** Milliseconds since the run began. */
  now(): number;
}

export interface LevelPoint {
  /** From `now()`. */
  readonly atMs: number;
  readonly value: number;
}

export type Tone = 'good' | 'bad' | 'fault' | 'neutral';

/** Result of one run. */
export interface Finding {
  readonly measures: readonly Measure[];
}

/** One figure and its limit. The figures of all runs with the same name give p50, p95 and max. */
export interface Measure {
  /** For example `frames lost`. */
  readonly name: string;
  readonly value: number;
  readonly unit: '' | 'ms' | 's' | 'frames' | 'objects' | 'segments';
  /** The maximum allowed; with `p95`, the maximum for the p95 of all runs. */
  readonly limit: number;
  /** @default each run's value */
  readonly judged?: 'each' | 'p95';
}
