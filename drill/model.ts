/** One fault, and what must hold while it lasts and after. */
export interface Drill {
  /** For `--only`, for example `worker-killed`. */
  readonly name: string;
  /** What is done to the platform, in words; the first column of the table. */
  readonly fault: string;
  /** What must hold, in words; the second column. */
  readonly promise: string;
  /** About how long one run takes, in seconds. */
  readonly seconds: number;
  /** One run on a platform of its own. Throws where it could not be carried out; a promise that is broken is a finding. */
  run(context: DrillContext): Promise<Finding>;
}

export interface DrillContext {
  /** Rises with each run; what is random is made from it. */
  readonly seed: number;
  /**
   * Puts a moment into the timeline: now, unless `atMs` (from `now()`) says when. One in the lane `fault` is drawn
   * through all lanes, and the first of them is where the axis has its zero.
   */
  mark(lane: string, words: string, atMs?: number): void;
  /** Puts a span that has ended by now into the timeline; times from `now()`. */
  span(lane: string, words: string, fromMs: number, toMs: number, tone?: Tone): void;
  /** Puts a curve into the timeline, for example of a player's buffer; its points are joined by straight lines. */
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

/** What one run showed. */
export interface Finding {
  readonly measures: readonly Measure[];
}

/** One figure with what it must not exceed. All runs' figures of a name give p50, p95 and max. */
export interface Measure {
  /** For example `frames lost`. */
  readonly name: string;
  readonly value: number;
  readonly unit: '' | 'ms' | 's' | 'frames' | 'objects' | 'segments';
  /** The most that is allowed; for `p95`, that the p95 of all runs may have. */
  readonly limit: number;
  /** @default each run's value */
  readonly judged?: 'each' | 'p95';
}
