import type fc from 'fast-check';

/** Drives the parsers of one kind of outside bytes. */
export interface FuzzTarget {
  readonly name: string;
  /** Who sends such bytes, and what they are. */
  readonly about: string;
  /** The modules whose parsing it drives, from the project's root. */
  readonly parsers: readonly string[];
  /** Pieces of the format, inserted into inputs. */
  readonly words?: readonly (string | Buffer)[];
  /** Inputs that have the format's structure, beside mutations of the corpus. */
  readonly shapes?: fc.Arbitrary<Buffer>;
  /** Feeds one input to the parsers; `input` may be modified. Throws or rejects only if a parser fails its contract. */
  run(input: Buffer): unknown;
}

/** What no single input may exceed. */
export interface FuzzLimits {
  /** @default 100 */
  readonly maxMs: number;
  /** Of the heap and the buffers outside it. @default 64 MiB */
  readonly maxGrowthBytes: number;
}

export const fuzzLimits: FuzzLimits = { maxMs: 100, maxGrowthBytes: 64 * 1024 * 1024 };

export interface Finding {
  /** `leak`: many inputs together left more than `maxGrowthBytes` behind. */
  readonly kind: 'crash' | 'slow' | 'growth' | 'leak' | 'hang' | 'out-of-memory';
  readonly detail: string;
  /** Reproduces it; undefined for a leak. */
  readonly input?: Uint8Array;
}

export interface FuzzResult {
  readonly inputs: number;
  readonly finding?: Finding;
}
