import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { WatchedBroadcast } from './broadcast.ts';
import type { CanaryStream } from './canary-stream.ts';
import type { Check } from './policy/check.ts';
import {
  type DarkProbe,
  darkStatus,
  darkWithinMs,
  judgeDarkness,
  judgeRestore,
  type RestoredProbe,
} from './policy/darkness.ts';
import type { CanaryPorts } from './ports.ts';

const lookEveryMs = 250;
/** All that was requested must be refused this many times in a row: one edge location has several servers. */
const darkRounds = 4;
/** On AWS a takedown is complete once CloudFront has emptied its caches; after five minutes it counts as stuck. */
const takenDownWithinMs = 300_000;
const restoreWithinMs = 120_000;

/** Takes the stream down, brings it back and deletes it, and judges what the edge answers meanwhile. */
export class Removal {
  readonly #stream: CanaryStream;
  readonly #ports: CanaryPorts;
  readonly #signal: AbortSignal;
  /** What viewers could play, with the digest of what doesn't change. */
  readonly #urls: ReadonlyMap<string, string | undefined>;

  constructor(stream: CanaryStream, watched: WatchedBroadcast, ports: CanaryPorts, signal: AbortSignal) {
    this.#stream = stream;
    this.#ports = ports;
    this.#signal = signal;
    this.#urls = playableUrls(stream, watched);
  }

  takeDown(): Promise<Check> {
    return this.#darken('takedown', () => this.#stream.takeDown());
  }

  async restore(): Promise<Check> {
    let sinceMs = this.#ports.clock.nowMs();
    let faults: readonly string[] = [];
    let probes: RestoredProbe[] = [];
    let restoredAfterMs: number | undefined;
    try {
      await this.#untilTakedown('taken-down', takenDownWithinMs);
      sinceMs = this.#ports.clock.nowMs();
      await this.#stream.restore();
      await this.#untilTakedown('restored', restoreWithinMs);
      while (this.#ports.clock.nowMs() - sinceMs < restoreWithinMs) {
        probes = await Promise.all([...this.#urls].map(([url, digest]) => this.#probeRestored(url, digest)));
        if (probes.every(({ status, same }) => status === 200 && same)) {
          restoredAfterMs = this.#ports.clock.nowMs() - sinceMs;
          break;
        }
        await this.#pause();
      }
    } catch (fault) {
      faults = [this.#wordsOf(fault)];
    }
    return judgeRestore({ probes, faults, ...(restoredAfterMs !== undefined && { restoredAfterMs }) });
  }

  async delete(): Promise<Check> {
    const check = await this.#darken('deletion', async () => {
      const left = await this.#stream.remove();
      if (left !== undefined) throw new Error(left);
    });
    const known = await this.#stream.exists();
    return known ? { ...check, faults: [...check.faults, 'the API still knows the stream'] } : check;
  }

  async #darken(name: 'takedown' | 'deletion', request: () => Promise<void>): Promise<Check> {
    const sinceMs = this.#ports.clock.nowMs();
    const faults: string[] = [];
    const probes: DarkProbe[] = [];
    try {
      await request();
      for (let dark = 0; dark < darkRounds && this.#ports.clock.nowMs() - sinceMs < darkWithinMs * 2; ) {
        const round = await Promise.all([...this.#urls.keys()].map((url) => this.#probe(url)));
        probes.push(...round);
        dark = round.every(({ status }) => status === darkStatus) ? dark + 1 : 0;
        await this.#pause();
      }
    } catch (fault) {
      faults.push(this.#wordsOf(fault));
    }
    return judgeDarkness(name, probes, { sinceMs, faults });
  }

  async #probe(url: string): Promise<DarkProbe> {
    const { status, requestedAtMs } = await this.#ports.edge(url, { signal: this.#signal });
    return { path: new URL(url).pathname, status, requestedAtMs };
  }

  async #probeRestored(url: string, digest: string | undefined): Promise<RestoredProbe> {
    const { status, body } = await this.#ports.edge(url, { signal: this.#signal });
    return {
      path: new URL(url).pathname,
      status,
      same: digest === undefined || digestOf(body) === digest,
    };
  }

  /** A takedown finishes in the background; it is undone once it is complete. */
  async #untilTakedown(state: string, withinMs: number): Promise<void> {
    const untilMs = this.#ports.clock.nowMs() + withinMs;
    let now = '';
    while (this.#ports.clock.nowMs() < untilMs) {
      now = await this.#stream.takedownState();
      if (now === state) return;
      await this.#pause();
    }
    throw new Error(`the takedown is still ${now} after ${withinMs / 1000} s (right: ${state})`);
  }

  #pause(): Promise<void> {
    return sleep(lookEveryMs, undefined, { signal: this.#signal });
  }

  /** Throws the signal's reason if that was raised. */
  #wordsOf(fault: unknown): string {
    this.#signal.throwIfAborted();
    return fault instanceof Error ? fault.message : String(fault);
  }
}

function playableUrls(
  { playback }: CanaryStream,
  { hls, log }: WatchedBroadcast,
): ReadonlyMap<string, string | undefined> {
  const media = hls.flatMap(({ segments }) =>
    [segments[0], segments.at(-1)].flatMap((segment) => (segment ? [segment.map, segment.uri] : [])),
  );
  const origin = new URL(playback.hls).origin;
  const lists = log.delivered
    .filter(({ path, status }) => status === 200 && path.endsWith('playlist.m3u8'))
    .map(({ path }) => `${origin}${path}`);
  const urls = new Map<string, string | undefined>();
  for (const url of [playback.hls, playback.dash, ...lists]) urls.set(url, undefined);
  for (const url of media) {
    const body = log.bodies.get(url);
    if (body) urls.set(url, digestOf(body));
  }
  return urls;
}

const digestOf = (body: Buffer): string => createHash('sha256').update(body).digest('hex');
