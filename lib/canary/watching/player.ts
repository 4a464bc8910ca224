import { setTimeout as sleep } from 'node:timers/promises';
import type { EdgeResponse } from '../ports.ts';
import type { EdgeLog } from './edge-log.ts';

/** Twice as often as a player that is up to date, so that latency is measured finely enough. */
const lookEveryMs = 500;

/** What players of HLS and DASH have in common: they look at lists until those are final, and fetch what is new. */
export class Player {
  /** When each segment, init segment or part had arrived, in monotonic ms, by URL. */
  readonly arrivedAtMs = new Map<string, number>();
  /** Requests that got nothing once the broadcast was on air, in words. */
  readonly misses: string[] = [];
  /** The longest time in which a list didn't change, by path. */
  readonly standstillMs = new Map<string, number>();
  readonly #log: EdgeLog;
  readonly #changed = new Map<string, { text: string; atMs: number }>();
  #onAir = false;

  constructor(log: EdgeLog) {
    this.#log = log;
  }

  /** Calls `look` until it resolves to true or the signal is raised. Its failures are misses once there was something to play. */
  async repeat(look: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        if (await look()) return;
      } catch (fault) {
        if (this.#onAir && !signal.aborted)
          this.misses.push(fault instanceof Error ? fault.message : String(fault));
      }
      await sleep(lookEveryMs, undefined, { signal }).catch(() => {});
    }
  }

  /** A playlist or manifest. Throws if it isn't served. */
  async list(url: string, signal: AbortSignal): Promise<string> {
    const { body, arrivedAtMs } = await this.#get(url, signal);
    const text = body.toString('utf8');
    const path = new URL(url).pathname;
    const before = this.#changed.get(path);
    if (before) {
      const forMs = arrivedAtMs - before.atMs;
      this.standstillMs.set(path, Math.max(forMs, this.standstillMs.get(path) ?? 0));
    }
    if (before?.text !== text) this.#changed.set(path, { text, atMs: arrivedAtMs });
    return text;
  }

  /** Media that this player doesn't have yet. Throws if it isn't served. */
  async fetch(url: string, signal: AbortSignal): Promise<void> {
    if (this.arrivedAtMs.has(url)) return;
    const { arrivedAtMs } = await this.#get(url, signal);
    this.arrivedAtMs.set(url, arrivedAtMs);
    this.#onAir = true;
  }

  async #get(url: string, signal: AbortSignal): Promise<EdgeResponse> {
    const response = await this.#log.get(url, signal);
    if (response.status !== 200) throw new Error(`${response.status} for ${new URL(url).pathname}`);
    return response;
  }
}
