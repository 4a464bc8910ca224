import { setTimeout as sleep } from 'node:timers/promises';
import { broadcastPrefix } from '../../lib/object-store/object-names.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import type { BroadcastId, StreamId } from '../../lib/routing/ids.ts';
import type { DrillContext, LevelPoint } from '../model.ts';
import type { ActiveBroadcast } from '../rig/live-stream.ts';
import { until } from '../rig/waiting.ts';
import { newestSegment } from './objects.ts';

const lookEveryMs = 250;

/** How many segments are waiting for the origin: those due by the clock that it doesn't have yet. */
export interface Backlog {
  readonly points: readonly LevelPoint[];
  /** The maximum since then. */
  peakSince(fromMs: number): number;
  /** Since when, not before `fromMs`, nothing has been waiting except what may be under way. */
  drainedSince(fromMs: number): number | undefined;
  stop(): void;
}

/** The origin program's own address, bypassing anything in front of it. */
export const originOf = ({ platform }: Pick<ActiveBroadcast, 'platform'>): string =>
  `http://127.0.0.1:${platform.ready.processes.find(({ role }) => role === 'origin')?.port}`;

/** Starts watching at the moment the next segment arrives. */
export async function watchBacklog(air: ActiveBroadcast, context: DrillContext): Promise<Backlog> {
  const prefix = broadcastPrefix('local', air.stream.id as StreamId, air.before.id as BroadcastId);
  const newest = (): Promise<number> => newestSegment(air.platform, `${prefix}audio`);
  const first = await newest();
  await until(10_000, 'the next segment', async () => (await newest()) > first);
  const [baseNumber, baseMs] = [await newest(), context.now()];
  const points: LevelPoint[] = [];
  const stopped = new AbortController();
  const look = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const atMs = context.now();
      const due = baseNumber + (atMs - baseMs) / segmentMs;
      const number = await newest().catch(() => undefined);
      if (number !== undefined) points.push({ atMs, value: Math.max(0, Math.floor(due - number)) });
      await sleep(lookEveryMs);
    }
  };
  void look();
  const since = (fromMs: number) => points.filter(({ atMs }) => atMs >= fromMs);
  return {
    points,
    peakSince: (fromMs) => Math.max(...since(fromMs).map(({ value }) => value)),
    drainedSince: (fromMs) => since(fromMs).find(({ value }) => value <= 1)?.atMs,
    stop: () => stopped.abort(),
  };
}
