import { setTimeout as sleep } from 'node:timers/promises';
import type { CanaryStream } from './canary-stream.ts';
import type { DashManifest, HlsTrack } from './manifests.ts';
import { rangeBytes, type SpecialAnswers } from './policy/delivery.ts';
import type { Broadcaster, CanaryPorts } from './ports.ts';
import { DashPlayer } from './watching/dash-player.ts';
import { EdgeLog } from './watching/edge-log.ts';
import { HlsPlayer } from './watching/hls-player.ts';

export interface BroadcastPlan {
  readonly seconds: number;
  /** `WIDTHxHEIGHT`. */
  readonly size: string;
}

export const frameRate = 25;

/** A broadcast as its publisher sent it and as players got it. Times are monotonic ms. */
export interface WatchedBroadcast {
  readonly log: EdgeLog;
  readonly publisher: { readonly code: number | null; readonly said: string };
  /** When picture 0 was sent; undefined if nothing was. */
  readonly sentFromMs: number | undefined;
  /** From the start of the publisher to the first segment. */
  readonly onAirMs: number | undefined;
  /** Ids that the API reports, sound included. */
  readonly reported: readonly string[];
  readonly hls: readonly HlsTrack[];
  readonly dash: DashManifest;
  /** When the HLS player had each segment, by URL. */
  readonly arrivedAtMs: ReadonlyMap<string, number>;
  readonly misses: readonly string[];
  readonly standstills: readonly { readonly path: string; readonly forMs: number }[];
  readonly parts: number;
  readonly special: SpecialAnswers;
}

/** How long players wait for the end of a broadcast whose publisher has ended. */
const endsWithinMs = 20_000;
/** The origin of a page on another site, which a browser would send. */
export const pageOrigin = 'https://canary.example';

/** Publishes for as long as planned and plays it until its end. Throws the signal's reason if that is raised. */
export async function watchBroadcast(
  { seconds, size }: BroadcastPlan,
  stream: CanaryStream,
  ports: CanaryPorts,
  signal: AbortSignal,
): Promise<WatchedBroadcast> {
  const log = new EdgeLog(ports.edge);
  const [hls, dash] = [new HlsPlayer(log), new DashPlayer(log)];
  const startedAtMs = ports.clock.nowMs();
  const broadcaster = ports.broadcast({ url: stream.ingestUrl, seconds, size, frameRate });
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const playing = Promise.all([
    hls.play(stream.playback.hls, either),
    dash.play(stream.playback.dash, either),
  ]);
  try {
    const publisher = await ended(broadcaster, signal);
    const onAir = hls.arrivedAtMs.size > 0;
    if (onAir || publisher.code === 0)
      await Promise.race([playing, sleep(endsWithinMs, undefined, { signal, ref: false })]);
    stop.abort();
    await playing;
    const { tracks, arrivedAtMs, parts } = hls;
    const firstAtMs = Math.min(...arrivedAtMs.values());
    const segment = tracks[0]?.segments[0]?.uri;
    return {
      log,
      publisher,
      sentFromMs: broadcaster.sentFromMs,
      onAirMs: Number.isFinite(firstAtMs) ? firstAtMs - startedAtMs : undefined,
      reported: await stream.renditions(),
      hls: tracks,
      dash: dash.manifest,
      arrivedAtMs,
      misses: [...hls.misses, ...dash.misses],
      standstills: [...hls.standstillMs, ...dash.standstillMs].map(([path, forMs]) => ({ path, forMs })),
      parts: parts.size,
      special: segment === undefined ? {} : await specialAnswers(segment, ports, signal),
    };
  } finally {
    stop.abort();
    await broadcaster.stop();
    await playing;
  }
}

async function ended({ ended: end }: Broadcaster, signal: AbortSignal) {
  signal.throwIfAborted();
  const raised = Promise.withResolvers<never>();
  const raise = () => raised.reject(signal.reason);
  signal.addEventListener('abort', raise, { once: true });
  try {
    return await Promise.race([end, raised.promise]);
  } finally {
    signal.removeEventListener('abort', raise);
  }
}

async function specialAnswers(
  url: string,
  { edge }: CanaryPorts,
  signal: AbortSignal,
): Promise<SpecialAnswers> {
  const path = new URL(url).pathname;
  const asked = {
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'range,cmcd-session',
  };
  const preflight = await edge(url, { method: 'OPTIONS', headers: asked, signal });
  const range = await edge(url, { headers: { range: `bytes=0-${rangeBytes - 1}` }, signal });
  return {
    preflight: { path, status: preflight.status, headers: preflight.headers },
    range: { path, status: range.status, headers: range.headers, bytes: range.body.length },
  };
}
