import type { Reading } from './policy/limits/giving-way.ts';

/** One client's reading of an object. */
export class ObjectReading implements Reading {
  readonly client: string;
  readonly sinceMs: number;
  stalledSinceMs: number | undefined;
  /** Ends it: the object's memory is needed for others. */
  cut: () => void = () => {};

  constructor(client: string, sinceMs: number) {
    this.client = client;
    this.sinceMs = sinceMs;
  }
}
