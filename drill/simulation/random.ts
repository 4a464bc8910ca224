import { mulberry32 } from '../../testkit/mulberry32.ts';

/** Random numbers reproducible from a seed. */
export class Random {
  /** At least 0, less than 1. */
  readonly next: () => number;

  constructor(seed: number) {
    this.next = mulberry32(Math.imul(seed, 0x9e3779b1) ^ 0x5bf03635);
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.next() * items.length)]!;
  }
}
