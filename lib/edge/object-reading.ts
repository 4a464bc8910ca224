import type { Reading } from './policy/limits/giving-way.ts';

/** One client's reading of an object. There is one for each response, so it costs no closure. */
export class ObjectReading implements Reading {
  readonly client: string;
  readonly sinceMs: number;
  stalledSinceMs: number | undefined;
  /** What the client reads with, and who is to know if it is cut off. */
  reader: { close(): void } | undefined;
  onCut: (() => void) | undefined;

  constructor(client: string, sinceMs: number) {
    this.client = client;
    this.sinceMs = sinceMs;
    this.stalledSinceMs = undefined;
    this.reader = undefined;
    this.onCut = undefined;
  }

  /** Ends it: the object's memory is needed for others. */
  cut(): void {
    this.onCut?.();
    this.reader?.close();
  }
}
