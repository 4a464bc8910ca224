import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { scratchFolder } from '../../testkit/cleanup.ts';
import type { PlatformEvent } from '../../testkit/platform/platform.ts';
import { streamEvent } from '../../testkit/platform/streams.ts';
import { SmallDisk } from '../faults/small-disk.ts';
import type { Drill, DrillContext, Measure } from '../model.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline, timeOf } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { until, within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';
import { watchBacklog } from '../viewing/origin-backlog.ts';

/** What is on the disk that fills up. */
export type OnDisk = 'all' | 'origin' | 'control store';

export interface DiskFullOptions {
  readonly fullMs: number;
  readonly of: readonly OnDisk[];
}

const diskMegabytes = 96;
const recoveredWithinMs = 60_000;
/** A refused write is reported at once; the control store is written every second. */
const alertWithinS = 5;

/** The disk has no room left for a while. */
export const diskFull = ({ fullMs, of }: DiskFullOptions): Drill => ({
  name: 'disk-full',
  fault: `the disk is full for ${fullMs / 1000} s: the disk of ${of.join('; of ')}`,
  promise: 'no crash; an alert; automatic recovery once there is room, with nothing lost',
  seconds: of.length * (fullMs / 1000 + 40),

  async run(context) {
    const measures: Measure[] = [];
    for (const each of of) measures.push(...(await fill(each, fullMs, context)));
    return { measures: worstOf(measures) };
  },
});

async function fill(what: OnDisk, fullMs: number, context: DrillContext): Promise<Measure[]> {
  await using disk = await SmallDisk.mount(diskMegabytes);
  const rest = await scratchFolder();
  await using _rest = { [Symbol.asyncDispose]: () => rest.remove() };
  await using rig = await startPlatform({ dataDir: await layOut(what, disk.path, rest.path) });
  const { platform } = rig;
  await using air = await goLive(platform, context, { seconds: fullMs / 1000 + 600 });
  const backlog = await watchBacklog(air, context);

  const fullAtMs = context.now();
  await disk.fill();
  context.mark('fault', `disk full: ${what}`, fullAtMs);
  await sleep(fullMs);
  await disk.makeRoom();
  const roomAtMs = context.now();
  context.mark('fault', 'room freed', roomAtMs);
  context.span('disk', `full (${what})`, fullAtMs, roomAtMs, 'fault');
  const recovered = Promise.all(ends[what].map((type) => streamEvent(platform, air.stream.id, type)));
  await within(recoveredWithinMs, 'the journal’s report that it ended', recovered);
  await until(
    recoveredWithinMs,
    'the end of the backlog',
    () => backlog.drainedSince(roomAtMs) !== undefined,
  );
  const drainedMs = (backlog.drainedSince(roomAtMs) ?? Number.NaN) - roomAtMs;
  const journal = await journalEntriesOf(platform.ready.api, air.stream.id);
  const after = await air.now();
  await air.broadcaster.stop();
  await finishBroadcast(air);
  backlog.stop();

  context.level('segments waiting', '', backlog.points);
  drawTimeline(platform, air.stream.id, context);
  const aftermath = await readAftermath(air, context);
  const zeroMs = Date.now() - context.now();
  const isAlert = ({ event, level }: PlatformEvent) => level === 'error' && alerts[what].includes(event);
  const alert = platform.events.find(isAlert);
  const ended = platform.events.filter(({ event }) => event === 'process.exited').length;
  const lost = platform.events.reduce((sum, { lostSegments }) => sum + Number(lostSegments ?? 0), 0);
  // While segments cannot be written, viewers have to wait.
  const seen = viewerMeasures(aftermath, { discontinuities: 0 }).flatMap((measure) => {
    if (measure.name !== 'player stall') return [measure];
    return what === 'control store' ? [{ ...measure, name: 'player stall (control store)' }] : [];
  });
  return [
    { name: 'processes ended', value: ended, unit: '', limit: 0 },
    {
      name: 'alerted after',
      value: alert ? (timeOf(alert) - zeroMs - fullAtMs) / 1000 : Number.NaN,
      unit: 's',
      limit: alertWithinS,
    },
    { name: 'outages missing from the journal', value: unreported(what, journal), unit: '', limit: 0 },
    { name: 'drained after', value: drainedMs / 1000, unit: 's', limit: 30 },
    { name: 'extra broadcasts', value: after.id === air.before.id ? 0 : 1, unit: '', limit: 0 },
    {
      name: 'extra workers',
      value: after.workerId === air.before.workerId ? 0 : 1,
      unit: '',
      limit: 0,
    },
    { name: 'broadcaster retries', value: air.broadcaster.session, unit: '', limit: 0 },
    { name: 'segments lost', value: lost, unit: 'segments', limit: 0 },
    { name: 'frames lost', value: maxFrames(aftermath, (count) => count.lost), unit: 'frames', limit: 0 },
    {
      name: 'frames duplicated',
      value: maxFrames(aftermath, ({ doubled, filler }) => doubled + filler),
      unit: 'frames',
      limit: 0,
    },
    ...seen,
  ];
}

/** The worst value of each name; one that wasn't measured is the worst. */
function worstOf(measures: readonly Measure[]): Measure[] {
  return [...Map.groupBy(measures, ({ name }) => name).values()].map((each) => ({
    ...each[0]!,
    value: Math.max(...each.map(({ value }) => value)),
  }));
}

/** A data folder with this part of it on the disk. */
async function layOut(what: OnDisk, disk: string, rest: string): Promise<string> {
  const dataDir = join(what === 'origin' ? rest : disk, 'data');
  await mkdir(dataDir);
  if (what === 'all') return dataDir;
  const origin = join(what === 'origin' ? disk : rest, 'origin');
  await mkdir(origin);
  await symlink(origin, join(dataDir, 'origin'));
  return dataDir;
}

/** What the journal reports when it has ended. */
const ends: Readonly<Record<OnDisk, readonly string[]>> = {
  all: ['origin.recovered', 'control.recovered'],
  origin: ['origin.recovered'],
  'control store': ['control.recovered'],
};

const storeAlerts = ['encoder.control.unavailable', 'ingest.store.unavailable'];
const alerts: Readonly<Record<OnDisk, readonly string[]>> = {
  all: ['encoder.origin.full'],
  origin: ['encoder.origin.full'],
  'control store': storeAlerts,
};

async function journalEntriesOf(api: string, streamId: string): Promise<readonly string[]> {
  const answer = await fetch(`${api}/v1/streams/${streamId}/events?limit=100`);
  const { events } = (await answer.json()) as { events: readonly { text: string }[] };
  return events.map(({ text }) => text);
}

/** What happened and when it ended, as worded in the journal. */
const wordsOf: Readonly<Record<OnDisk, readonly RegExp[]>> = {
  all: [/no room left/, /is accepting segments again/, /control store was unavailable/],
  origin: [/no room left/, /is accepting segments again/],
  'control store': [/control store was unavailable/],
};

const unreported = (what: OnDisk, journal: readonly string[]): number =>
  wordsOf[what].filter((words) => !journal.some((text) => words.test(text))).length;
