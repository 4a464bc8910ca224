import type { Track } from './timeline/timeline-track.ts';

const windowMs = 5000;

/** Incoming bitrate and frame rate, averaged over about the last five seconds. */
export class InputMeter {
  #buckets: { atMs: number; bytes: number; pictures: number }[] = [];

  count(track: Track, bytes: number, nowMs: number): void {
    const second = Math.floor(nowMs / 1000) * 1000;
    let bucket = this.#buckets.at(-1);
    if (!bucket || bucket.atMs !== second) {
      bucket = { atMs: second, bytes: 0, pictures: 0 };
      this.#buckets.push(bucket);
      this.#buckets = this.#buckets.filter(({ atMs }) => atMs > second - windowMs);
    }
    bucket.bytes += bytes;
    if (track === 'video') bucket.pictures++;
  }

  /** Both are 0 if nothing arrived. */
  read(nowMs: number): { bitrateBps: number; frameRate: number } {
    const recent = this.#buckets.filter(({ atMs }) => atMs > nowMs - windowMs - 1000);
    const first = recent[0];
    if (!first) return { bitrateBps: 0, frameRate: 0 };
    const seconds = Math.max(1, (nowMs - first.atMs) / 1000);
    const sum = (of: 'bytes' | 'pictures'): number => recent.reduce((total, bucket) => total + bucket[of], 0);
    return { bitrateBps: Math.round((sum('bytes') * 8) / seconds), frameRate: sum('pictures') / seconds };
  }
}
