import type { Scale } from './cell/size.ts';

/** One number of a report. */
export interface Figure {
  /** For people; unique within its scenario. */
  readonly name: string;
  readonly value: number;
  readonly unit: '' | 's' | 'ms' | '%' | '/s' | 'Gb/s' | 'h';
  /** What it comes from, where that isn't a full count. */
  readonly note?: string;
}

export interface ScenarioReport {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  /** Promises that did not hold. */
  readonly broken: readonly string[];
}

export interface Scenario {
  readonly name: 'rush' | 'live' | 'zone' | 'region' | 'deploy';
  readonly title: string;
  run(scale: Scale, seed: number): Promise<ScenarioReport>;
}
