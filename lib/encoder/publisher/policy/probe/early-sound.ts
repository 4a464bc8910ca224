import { heldCost } from '../held-cost.ts';
import type { SessionMedia } from './session-media.ts';

/** Up to this many frames, and this much. */
const mostFrames = 500;
const mostBytes = 4 * 1024 * 1024;

/** Sound that comes before a session's first picture and is kept for it. The latest counts. */
export class EarlySound {
  #kept: SessionMedia[] = [];
  #bytes = 0;

  keep(sound: SessionMedia): void {
    this.#kept.push(sound);
    this.#bytes += heldCost(sound);
    while (this.#kept.length > mostFrames || this.#bytes > mostBytes) {
      const oldest = this.#kept.shift();
      if (!oldest) return;
      this.#bytes -= heldCost(oldest);
    }
  }

  /** Takes what was kept. */
  take(): readonly SessionMedia[] {
    const kept = this.#kept;
    this.#kept = [];
    this.#bytes = 0;
    return kept;
  }
}
