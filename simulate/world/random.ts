import type { StreamId } from '../../lib/routing/ids.ts';
import { mulberry32 } from '../../testkit/mulberry32.ts';

const idAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idLength = 16;

/** Random choices, reproducible from a seed. */
export class Random {
  readonly next: () => number;

  /** `purpose` separates the choices of one part from those of another. */
  constructor(seed: number, purpose = 0) {
    this.next = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(purpose + 1, 0x85ebca6b));
  }

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** A time until the next event of a Poisson process. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** From 0 to `below` − 1. */
  index(below: number): number {
    return Math.floor(this.next() * below);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.index(items.length)];
    if (item === undefined) throw new RangeError('There is nothing to pick from');
    return item;
  }
}

/** The id of a stream of the population, by its number. */
export function streamIdOf(seed: number, number: number): StreamId {
  const next = mulberry32(Math.imul(number + 1, 0xc2b2ae35) ^ seed);
  let id = '';
  for (let at = 0; at < idLength; at++) id += idAlphabet[Math.floor(next() * idAlphabet.length)];
  return id as StreamId;
}
