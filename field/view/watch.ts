import { setTimeout as sleep } from 'node:timers/promises';
import { dashFaults } from '../../lib/canary/policy/segments.ts';
import type { EdgeSample } from '../judge/live-edge.ts';
import { readDash, readHls } from './manifest.ts';

const everyMs = 400;

/** A player of HLS and one of DASH while the broadcast is on the air. */
export class Watch implements AsyncDisposable {
  /** `performance.now()` of the first segment listed. */
  onAirAtMs: number | undefined;
  /** Each TARGETDURATION seen, by playlist. */
  readonly targetDurations: Record<string, number[]> = {};
  readonly edges: EdgeSample[] = [];
  /** Segments that were listed and not served. */
  readonly misses: string[] = [];
  /** Of live MPDs, in words. */
  readonly faults = new Set<string>();
  readonly #fromMs = performance.now();
  readonly #fetched = new Set<string>();
  /** Ids of DASH tracks of which the MPD has named a segment. */
  readonly #listed = new Set<string>();
  readonly #stop = new AbortController();
  readonly #watching: Promise<void>[];

  constructor({ hls, dash }: { readonly hls: string; readonly dash: string }) {
    this.#watching = [this.#repeat(() => this.#hls(hls)), this.#repeat(() => this.#dash(dash))];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#watching);
  }

  async #repeat(look: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // Before the broadcast there is no playlist; what is missing later is found by what it leaves out.
      await look().catch(() => {});
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  async #hls(url: string): Promise<void> {
    const tracks = await readHls(url);
    const nowMs = performance.now();
    for (const { id, targetDuration, segments } of tracks) {
      this.targetDurations[id] ??= [];
      const seen = this.targetDurations[id];
      if (seen.at(-1) !== targetDuration) seen.push(targetDuration);
      await this.#fetch(segments.filter(({ gap }) => gap !== true).at(-1)?.uri);
    }
    const [best] = tracks;
    if (best?.segments.length) this.onAirAtMs ??= nowMs;
    if (best?.edgeAtMs !== undefined && !best.ended)
      this.edges.push({ atMs: nowMs - this.#fromMs, behindMs: Date.now() - best.edgeAtMs });
  }

  /** As a player that is up to date: the newest segment, once. */
  async #fetch(uri: string | undefined): Promise<void> {
    if (uri === undefined || this.#fetched.has(uri)) return;
    this.#fetched.add(uri);
    const { status } = await fetch(uri).then(async (answer) => {
      await answer.arrayBuffer();
      return answer;
    });
    if (status !== 200) this.misses.push(`${status} for ${uri}`);
  }

  async #dash(url: string): Promise<void> {
    const { tracks, ...times } = await readDash(url);
    for (const track of tracks) {
      // With parts, an MPD is there before its first segment is whole.
      if (track.segments.length > 0) this.#listed.add(track.id);
      else if (!this.#listed.has(track.id)) continue;
      const segments = track.segments.map((segment) => ({ ...segment, served: true }));
      for (const fault of dashFaults({ ...track, segments }, times)) this.faults.add(`live: ${fault}`);
    }
  }
}
