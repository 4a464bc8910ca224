import { defaultPartMs } from '../../lib/config/defaults.ts';
import { defaultLadder } from '../../lib/config/ladder.ts';
import { quotas } from '../../lib/cost/quotas.ts';
import { liveLimits } from '../../lib/encoder/live/policy/live-limits.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import { median, percentile } from '../../testkit/report/statistics.ts';
import { LiveStream } from '../live/live-stream.ts';
import { edgesFor, ladderBps, liveOriginCores, nearDemand } from '../live/near-ceilings.ts';
import type { Viewing } from '../live/near-viewers.ts';
import type { Figure, Scenario } from '../model.ts';
import { takeover } from '../world/facts.ts';
import { Random } from '../world/random.ts';
import { Timeline } from '../world/timeline.ts';
import { withSimulatedTimers } from '../world/timers.ts';
import { figure } from './figures.ts';

const partMs = defaultPartMs;
const pictures = defaultLadder.rungs.map(({ id }) => id);
/** Until every edge has asked for the first time, and what is measured then. */
const warmUpMs = 4_000;
const calmMs = 6_000;
const afterMs = 10_000;
const hangMs = 8_000;
/** What changes with a fault is the same at each edge. */
const popsOfFaults = 40;
const dayMs = 24 * 3_600_000;
const crashEveryMs = 3_600_000;
/** A player at the live edge may stand still for as long. `docs/reliability.md`. */
const mostStallMs = 2_000;
/** Worker gone or slow: the object store answers within this. */
const fallbackMs = 1_000;
/** The network, on top of that. */
const networkMs = 300;
/** Once they answer again: a probe each 2 s, and playlists of the object store that caches have for a second. */
const mostBackMs = 5_000;

/** Viewers two seconds behind: what they ask for is held at every tier until it is made. */
export const liveAudience: Scenario = {
  name: 'live',
  title:
    'An audience two seconds behind one stream: parts, requests that are held, and what happens when their source is lost',
  async run({ cells, pops, rushViewers, dayMs: simulatedDayMs = dayMs }, seed) {
    const streams = cells.reduce((sum, { onAir }) => sum + onAir, 0);
    const calm = await inCalm(pops, rushViewers, seed);
    const lost = await workerLost(Math.min(pops, popsOfFaults), rushViewers, seed);
    const hung = await liveOriginsHang(Math.min(pops, popsOfFaults), rushViewers, seed);
    const day = await aDay(simulatedDayMs, seed);
    return {
      name: 'live',
      title: liveAudience.title,
      broken: [...calm.broken, ...lost.broken, ...hung.broken, ...day.broken],
      figures: [
        ...calm.figures,
        ...ceilingFigures(rushViewers, streams, calm.workerRequests),
        ...lost.figures,
        ...hung.figures,
        ...day.figures,
      ],
    };
  },
};

interface Found {
  readonly figures: readonly Figure[];
  readonly broken: readonly string[];
}

async function inCalm(
  pops: number,
  viewers: number,
  seed: number,
): Promise<Found & { readonly workerRequests: number }> {
  const timeline = new Timeline();
  return await withSimulatedTimers(timeline, async () => {
    const live = new LiveStream({ timeline, random: new Random(seed, 11), pops, viewers, partMs, pictures });
    live.watch(warmUpMs + calmMs);
    await timeline.run(warmUpMs);
    const { toRegional, toShield, toLiveOrigin, toStore, toWorker } = live.tiers;
    for (const asked of [toRegional, toShield, toLiveOrigin, toStore, toWorker]) asked.reset();
    let mostHeld = 0;
    timeline.every(50, 0, () => {
      for (const { heldFills } of live.tiers.caches) mostHeld = Math.max(mostHeld, heldFills);
    });
    await timeline.run(warmUpMs + calmMs);
    const seconds = calmMs / 1_000;
    const waits = live.hls.flatMap(({ waitsMs }) => waitsMs);
    const refusals = [...live.hls, ...live.dash].reduce((sum, { refusals: each }) => sum + each, 0);
    const most = Math.max(toLiveOrigin.mostForOne, toWorker.mostForOne);
    const perVersion = toRegional.total / Math.max(1, toWorker.total);
    return {
      workerRequests: toWorker.total / seconds,
      broken: [
        ...(most > 1 ? [`a version was asked for ${most} times behind the shield`] : []),
        ...(toShield.mostForOne > live.tiers.regionalCaches ? ['a regional cache asked twice'] : []),
        ...(refusals > 0 ? [`${refusals} refusals although nothing was wrong`] : []),
      ],
      figures: [
        figure('viewers', viewers),
        figure('edge to regional cache', toRegional.total / seconds, '/s'),
        figure('regional cache to shield', toShield.total / seconds, '/s'),
        figure('shield to live origin', toLiveOrigin.total / seconds, '/s'),
        figure('live origin to worker', toWorker.total / seconds, '/s'),
        figure('shield to object store', toStore.total / seconds, '/s'),
        figure('requests for one version, most behind the shield', most),
        figure('edges’ requests for each of the worker’s', perVersion),
        figure('a part at the edges after it was made: p50', median(waits), 'ms'),
        figure('a part at the edges after it was made: p99', percentile(waits, 99), 'ms'),
        figure('requests held by a cache, most at once', mostHeld),
        figure(
          'segments in the worker’s memory, most',
          live.worker.most.segments,
          '',
          `${liveLimits.segments} a track`,
        ),
        figure(
          'requests held by the worker, most',
          live.worker.most.waiting,
          '',
          `limit ${liveLimits.waiting}`,
        ),
      ],
    };
  });
}

function ceilingFigures(viewers: number, streams: number, workerRequests: number): Figure[] {
  const demand = nearDemand(partMs);
  const edges = edgesFor(viewers, partMs);
  const limit = quotas['cloudfront-requests'].most;
  return [
    figure(
      'requests of a viewer with HLS',
      demand.hlsRequests,
      '/s',
      'playlist and part of picture and sound',
    ),
    figure(
      'requests of a viewer with DASH',
      demand.dashRequests,
      '/s',
      'a growing segment of each, and the manifest',
    ),
    figure('requests to the edge', viewers * demand.requests, '/s', `limit ${limit} before a raise`),
    figure('viewers at that limit', limit / demand.requests),
    figure('connections that wait at the edge', viewers * demand.connections, '', 'HTTP/1.1'),
    figure('our own edges for them, one core each: by connections', edges.connections),
    figure('our own edges for them, one core each: by CPU', edges.cpu),
    figure(`live origins’ cores for ${streams} streams`, liveOriginCores(streams, workerRequests, ladderBps)),
  ];
}

async function workerLost(pops: number, viewers: number, seed: number): Promise<Found> {
  const timeline = new Timeline();
  return await withSimulatedTimers(timeline, async () => {
    const random = new Random(seed, 12);
    const live = new LiveStream({ timeline, random, pops, viewers, partMs, pictures });
    const lostAtMs = warmUpMs + random.between(0, segmentMs);
    live.watch(lostAtMs + afterMs);
    await timeline.run(lostAtMs);
    for (const asked of [live.tiers.toStore, live.tiers.toWorker, live.tiers.toLiveOrigin]) asked.reset();
    live.loseWorker(takeover);
    await timeline.run(lostAtMs + afterMs);
    const gapMs = Math.max(...live.hls.map((viewing) => longestGapMs(viewing, lostAtMs)));
    const { toStore, toWorker } = live.tiers;
    return {
      broken: [
        ...(gapMs > mostStallMs ? [`${gapMs} ms without a part although a worker was ready`] : []),
        ...(toWorker.mostForOne > 2 ? [`one version was asked of workers ${toWorker.mostForOne} times`] : []),
      ],
      figures: [
        figure(
          'worker lost: another one’s first part after',
          takeover.partMs / 1_000,
          's',
          'measured by the drill',
        ),
        figure('worker lost: longest time without a part at an edge', gapMs / 1_000, 's'),
        figure('worker lost: requests for one version to workers, most', toWorker.mostForOne),
        figure('worker lost: reads of the object store', toStore.total),
        figure(
          'worker lost: edges’ viewers that were refused',
          count(live.hls, ({ refusals }) => refusals),
        ),
      ],
    };
  });
}

async function liveOriginsHang(pops: number, viewers: number, seed: number): Promise<Found> {
  const timeline = new Timeline();
  return await withSimulatedTimers(timeline, async () => {
    const live = new LiveStream({ timeline, random: new Random(seed, 13), pops, viewers, partMs, pictures });
    live.watch(warmUpMs + hangMs + afterMs);
    await timeline.run(warmUpMs);
    live.tiers.toStore.reset();
    live.tiers.liveOriginsHang = true;
    // Someone who comes now asks for what nobody has.
    const comers: number[] = [];
    timeline.after(0, () => void live.newcomer().then((ms) => comers.push(ms)));
    timeline.after(hangMs / 2, () => void live.newcomer().then((ms) => comers.push(ms)));
    await timeline.run(warmUpMs + hangMs);
    const reads = live.tiers.toStore.total;
    live.tiers.liveOriginsHang = false;
    const backAtMs = timeline.nowMs;
    await timeline.run(warmUpMs + hangMs + afterMs);
    const fallbacks = live.hls.flatMap(({ fallbacksAtMs }) =>
      fallbacksAtMs.filter((atMs) => atMs > warmUpMs).slice(0, 1),
    );
    const backs = live.hls.map(
      ({ newAtMs }) => (newAtMs.find((atMs) => atMs > backAtMs) ?? Number.NaN) - backAtMs,
    );
    const slowestMs = Math.max(...comers);
    const backMs = Math.max(...backs);
    return {
      broken: [
        ...(comers.length < 2 || slowestMs > fallbackMs + networkMs
          ? [`a newcomer waited for ${slowestMs} ms`]
          : []),
        ...(backMs <= mostBackMs ? [] : [`parts were back after ${backMs} ms`]),
      ],
      figures: [
        figure(
          'live origins hang: a newcomer’s playlist from the object store after, at most',
          slowestMs / 1_000,
          's',
        ),
        figure(
          'live origins hang: who was held falls back after, at most',
          (Math.max(...fallbacks) - warmUpMs) / 1_000,
          's',
        ),
        figure('live origins hang: reads of the object store', reads / (hangMs / 1_000), '/s'),
        figure('live origins answer again: parts at every edge after', backMs / 1_000, 's'),
      ],
    };
  });
}

/** A day of one rendition through edge, shield and live origin, whose encoder crashes each hour. */
async function aDay(forMs: number, seed: number): Promise<Found> {
  const timeline = new Timeline();
  return await withSimulatedTimers(timeline, async () => {
    const cacheBytes = 8 * 1024 * 1024;
    const dayPartMs = 1_000;
    const live = new LiveStream({
      ...{
        timeline,
        random: new Random(seed, 14),
        pops: 1,
        viewers: 100,
        partMs: dayPartMs,
        pictures: ['720p'],
      },
      cacheBytes,
    });
    live.watch(forMs);
    timeline.every(crashEveryMs, crashEveryMs, () => live.worker.crash());
    const most = { held: 0, bytes: 0, early: 0 };
    timeline.every(1_000, 0, () => {
      for (const { heldFills, memory } of live.tiers.caches) {
        most.held = Math.max(most.held, heldFills);
        most.bytes = Math.max(most.bytes, memory.usedBytes);
      }
      // Nothing that is kept may grow from the first hour to the last.
      if (timeline.nowMs < forMs / 24) most.early = live.worker.most.takes;
    });
    await timeline.run(forMs);
    const { segments, takes, waiting, bytes } = live.worker.most;
    const tracks = 2;
    return {
      broken: [
        ...(segments > tracks * liveLimits.segments ? [`${segments} segments in the worker’s memory`] : []),
        ...(takes > tracks * (liveLimits.segments + 1) ? [`${takes} takes in the worker’s memory`] : []),
        ...(most.bytes > cacheBytes ? [`${most.bytes} bytes in a cache of ${cacheBytes}`] : []),
      ],
      figures: [
        figure(
          'a day: hours',
          forMs / 3_600_000,
          'h',
          `parts of ${dayPartMs / 1_000} s, two tracks, a crash each hour`,
        ),
        figure(
          'a day: parts that viewers had',
          count([...live.hls, ...live.dash], ({ newAtMs }) => newAtMs.length),
        ),
        figure(
          'a day: segments in the worker’s memory, most',
          segments,
          '',
          `limit ${tracks * liveLimits.segments}`,
        ),
        figure('a day: bytes of them, most', bytes),
        figure('a day: requests held by the worker, most', waiting),
        figure('a day: requests held by a cache, most', most.held),
        figure('a day: a cache’s memory, most of its limit', (100 * most.bytes) / cacheBytes, '%'),
      ],
    };
  });
}

const count = (viewings: readonly Viewing[], of: (viewing: Viewing) => number): number =>
  viewings.reduce((sum, viewing) => sum + of(viewing), 0);

/** The longest time between two new parts, of which the second came after `sinceMs`. */
function longestGapMs({ newAtMs }: Viewing, sinceMs: number): number {
  const gaps = newAtMs.map((atMs, at) => (atMs > sinceMs && at > 0 ? atMs - newAtMs[at - 1]! : 0));
  return newAtMs.some((atMs) => atMs > sinceMs) ? Math.max(...gaps) : Number.NaN;
}
