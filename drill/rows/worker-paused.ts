import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochOf } from '../../lib/object-store/epoch-mark.ts';
import { broadcastPrefix, streamPrefix } from '../../lib/object-store/object-names.ts';
import type { BroadcastId, StreamId } from '../../lib/routing/ids.ts';
import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';
import { streamEvent } from '../../testkit/platform/streams.ts';
import type { Drill } from '../model.ts';
import { frameRate } from '../rig/frame-numbers.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline, timeOf } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';
import { changedObjects, keptObjects } from '../viewing/objects.ts';

const seconds = 40;
/** By then the worker has done everything it does after waking. */
const watchMs = 5000;

export const workerPaused: Drill = {
  name: 'worker-paused',
  fault: 'the worker is paused (SIGSTOP) past its lease, then resumed (SIGCONT)',
  promise:
    'every late write is refused; it stops the broadcast ≤ 1 s after waking; 0 objects changed; no frame lost',
  seconds: 65,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    await using air = await goLive(platform, context, { seconds });
    const { before, stream } = air;
    const pid = platform.pidOf(before.workerId);
    const isOurs = (event: PlatformEvent): boolean =>
      event.name === before.workerId && event.stream === stream.id;
    const encoder = platform.events.find(
      (event) => isOurs(event) && event.event === 'encoder.ffmpeg.started',
    );

    const pausedAtMs = context.now();
    context.mark('fault', `${before.workerId} paused`, pausedAtMs);
    process.kill(pid, 'SIGSTOP');
    let after: typeof before;
    try {
      await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
      after = await air.now();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    const wokenAtMs = context.now();
    const wokenAt = Date.now();
    context.mark('fault', 'resumed', wokenAtMs);
    context.span(`worker ${before.workerId}`, 'paused', pausedAtMs, wokenAtMs, 'fault');
    const ended = within(
      10_000,
      'the end of its broadcast',
      platform.waitForNext((event) => isOurs(event) && event.event === 'encoder.lease.lost'),
    );
    const prefix = streamPrefix('local', stream.id as StreamId);
    const objects = await keptObjects(platform, prefix);
    const older = await countOlder(platform, prefix, watchMs);
    const endedAfterMs = timeOf(await ended) - wokenAt;
    const orphans = isRunning(Number(encoder?.pid)) ? 1 : 0;
    await finishBroadcast(air);

    const changed = changedObjects(objects, await keptObjects(platform, prefix)).length;
    const untrue = (await eventsOf(platform, stream.id)).filter(
      ({ type }) => type === 'stream.reconnecting',
    ).length;
    drawTimeline(platform, stream.id, context);
    const aftermath = await readAftermath(air, context, new Map([[0, seconds * frameRate]]));
    const broadcast = broadcastPrefix('local', stream.id as StreamId, before.id as BroadcastId);
    const last = await readFile(pathOf(platform, `${broadcast}index.m3u8`));
    return {
      measures: [
        { name: 'extra broadcasts', value: after.id === before.id ? 0 : 1, unit: '', limit: 0 },
        { name: 'stopped after waking', value: endedAfterMs, unit: 'ms', limit: 1000, judged: 'p95' },
        { name: 'objects changed by the paused worker', value: older, unit: 'objects', limit: 0 },
        { name: 'segments changed', value: changed, unit: 'objects', limit: 0 },
        {
          name: 'recordings closed by the paused worker',
          value: epochOf(last) >= 2 ? 0 : 1,
          unit: '',
          limit: 0,
        },
        { name: 'its ffmpegs still running', value: orphans, unit: '', limit: 0 },
        { name: 'false journal entries', value: untrue, unit: '', limit: 0 },
        { name: 'frames lost', value: maxFrames(aftermath, ({ lost }) => lost), unit: 'frames', limit: 0 },
        {
          name: 'frames duplicated',
          value: maxFrames(aftermath, ({ doubled }) => doubled),
          unit: 'frames',
          limit: 0,
        },
        // Until its lease expires, nobody can tell a paused worker from a slow one: a player may have to wait.
        ...viewerMeasures(aftermath, { discontinuities: 0 }).filter(({ name }) => name !== 'player stall'),
      ],
    };
  },
};

const pathOf = (platform: Platform, key: string): string => join(platform.dataDir, 'origin', 'objects', key);

/** Counts playlists and manifests that, within this time, were overwritten by an older epoch. */
async function countOlder(platform: Platform, prefix: string, forMs: number): Promise<number> {
  const newest = new Map<string, number>();
  const older = new Set<string>();
  for (const until = performance.now() + forMs; performance.now() < until; await sleep(50)) {
    for (const key of (await keptObjects(platform, prefix)).keys()) {
      if (!/\.(m3u8|mpd)$/.test(key)) continue;
      const epoch = epochOf(await readFile(pathOf(platform, key)));
      if (epoch < (newest.get(key) ?? 0)) older.add(key);
      newest.set(key, Math.max(newest.get(key) ?? 0, epoch));
    }
  }
  return older.size;
}

async function eventsOf(platform: Platform, streamId: string): Promise<readonly { type: string }[]> {
  const answer = await fetch(`${platform.ready.api}/v1/streams/${streamId}/events?limit=200`);
  return ((await answer.json()) as { events: { type: string }[] }).events;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
