import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { quarantinePrefix, streamPrefix } from '../../lib/object-store/object-names.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import { RtmpClient } from '../../testkit/harness/rtmp-client.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import type { Drill, DrillContext, Measure } from '../model.ts';
import { type ActiveBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { runningPid } from '../rig/rolling.ts';
import { phaseOf, until, within } from '../rig/waiting.ts';
import { changedObjects, type KeptObject, keptObjects } from '../viewing/objects.ts';
import { lastDeliveredAtMs, type PollResult, ViewerPollers } from '../viewing/pollers.ts';
import { fetchBroadcast } from '../viewing/served-rendition.ts';

/** Viewers per rendition. */
const viewersEach = 4;
const reason = 'the drill';
/** Limit for a whole takedown or restore during which a control program dies. */
const doneWithinMs = 30_000;
/** How long most steps of a takedown take once playback has stopped, and how long a restore takes. */
const takingMs = 1_500;
const restoringMs = 150;

export const takedown: Drill = {
  name: 'takedown',
  fault: 'a live stream is taken down and restored; kill -9 of the control program in the middle of both',
  promise:
    'playback stops at the edge within 1 s, for every viewer in every rendition; then nothing of it is readable anywhere; its publisher is cut off and refused with a clear reason; once restored, the recording is complete again and the publisher reconnects',
  seconds: 45,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    await using air = await goLive(platform, context, { seconds: 600 });
    const { stream } = air;
    const prefix = streamPrefix('local', stream.id as StreamId);
    await using onlookers = new ViewerPollers({
      playlists: [...air.viewer.seen.keys()],
      manifests: [stream.playback.hls, stream.playback.dash],
      each: viewersEach,
      now: context.now,
    });
    await sleep(1_000);

    const cut = platform.waitForNext(of('ingest.publish.ended', stream.id));
    const takenAtMs = context.now();
    context.mark('fault', 'taken down', takenAtMs);
    const post = ask(platform, stream.id, 'takedown', { reason });
    await until(doneWithinMs, 'the first refusal', () =>
      onlookers.results.some(({ status }) => status === 410),
    );
    await killControl(platform, context, phaseOf(context.seed) * takingMs);
    await post;
    await within(doneWithinMs, 'the end of the publisher', cut);
    const cutAtMs = context.now();
    const taken = await reached(platform, stream.id, 'taken-down');
    const doneAtMs = context.now();
    const again = await ask(platform, stream.id, 'takedown', { reason: 'another reason' });
    const refusal = await within(10_000, 'a refusal', tryToPublish(air));

    const quarantined = await keptObjects(platform, quarantinePrefix + prefix);
    const kept = new Map([...quarantined].map(([key, each]) => [key.slice(quarantinePrefix.length), each]));
    const readable = await countReadable(platform, [...kept.keys(), ...quarantined.keys()]);
    const dark = judgeDarkness(onlookers.results, takenAtMs);
    context.span('viewers', 'refused', dark.lastDeliveredAtMs, context.now(), 'fault');
    const publishes = count(platform, 'ingest.publish.started', stream.id);

    const back = platform.waitForNext(of('ingest.publish.started', stream.id));
    const restoredAtMs = context.now();
    context.mark('fault', 'restored', restoredAtMs);
    const restore = ask(platform, stream.id, 'restore');
    await killControl(platform, context, phaseOf(context.seed + 1) * restoringMs);
    // What a caller without an answer would do: asking twice changes nothing.
    if (!(await restore)) await ask(platform, stream.id, 'restore');
    await reached(platform, stream.id, 'restored');
    const wholeAtMs = context.now();
    const objects = await keptObjects(platform, prefix);
    const differ = await changedForViewers(air, kept, objects);
    await within(doneWithinMs, 'the publisher’s reconnect', back);
    const backAtMs = context.now();
    context.span('fault', 'taken down', takenAtMs, doneAtMs, 'fault');
    context.span('fault', 'restored', restoredAtMs, wholeAtMs, 'good');
    drawTimeline(platform, stream.id, context);

    return {
      measures: [
        {
          name: 'stopped at the edge',
          value: (dark.lastDeliveredAtMs - takenAtMs) / 1000,
          unit: 's',
          limit: 1,
        },
        { name: 'responses other than 410 once stopped', value: dark.others, unit: '', limit: 0 },
        { name: 'stopped, as reported by the API', value: taken.darkAfterMs / 1000, unit: 's', limit: 1 },
        { name: 'publisher cut off', value: (cutAtMs - takenAtMs) / 1000, unit: 's', limit: 10 },
        { name: 'taken down', value: (doneAtMs - takenAtMs) / 1000, unit: 's', limit: 20 },
        { name: 'wrong end reasons', value: await wrongEndReasons(air), unit: '', limit: 0 },
        {
          name: 'changes after repeating the request',
          value: same(again, taken) ? 0 : 1,
          unit: '',
          limit: 0,
        },
        { name: 'objects still readable', value: readable, unit: 'objects', limit: 0 },
        { name: 'objects not quarantined', value: missing(objects, kept), unit: 'objects', limit: 0 },
        { name: 'publishers accepted meanwhile', value: publishes - 1, unit: '', limit: 0 },
        { name: 'refusals without a clear reason', value: refusal ? 0 : 1, unit: '', limit: 0 },
        { name: 'restored', value: (wholeAtMs - restoredAtMs) / 1000, unit: 's', limit: 10 },
        { name: 'objects changed or lost', value: differ, unit: 'objects', limit: 0 },
        { name: 'publisher back', value: (backAtMs - restoredAtMs) / 1000, unit: 's', limit: 15 },
        {
          name: 'journal entries missing or repeated',
          value: await missingOrRepeated(platform, stream.id),
          unit: '',
          limit: 0,
        },
      ] satisfies Measure[],
    };
  },
};

interface Report {
  readonly state: string;
  readonly reason: string;
  readonly darkAfterMs: number;
}

const of =
  (name: string, streamId: string) =>
  ({ event, stream }: Readonly<Record<string, unknown>>): boolean =>
    event === name && stream === streamId;

const count = ({ events }: Platform, name: string, streamId: string): number =>
  events.filter(of(name, streamId)).length;

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Undefined if the control program did not answer. */
async function ask(
  { ready }: Platform,
  id: string,
  what: 'takedown' | 'restore',
  body?: object,
): Promise<Report | undefined> {
  const headers = body && { 'content-type': 'application/json' };
  const init = { method: 'POST', ...(headers && { headers, body: JSON.stringify(body) }) };
  try {
    const answer = await fetch(`${ready.api}/v1/streams/${id}/${what}`, init);
    return answer.ok ? ((await answer.json()) as Report) : undefined;
  } catch {
    return undefined;
  }
}

async function reached({ ready }: Platform, id: string, state: string): Promise<Report> {
  let report: Report | undefined;
  await until(doneWithinMs, `the state ${state}`, async () => {
    report = await fetch(`${ready.api}/v1/streams/${id}/takedown`)
      .then((answer) => answer.json() as Promise<Report>)
      .catch(() => undefined);
    return report?.state === state;
  });
  return report as Report;
}

async function killControl(platform: Platform, context: DrillContext, afterMs: number): Promise<void> {
  await sleep(afterMs);
  const up = platform.waitForNext(
    ({ event, process }) => event === 'process.restarted' && process === 'control',
  );
  context.mark('fault', 'kill -9 of control');
  process.kill(runningPid(platform, 'control'), 'SIGKILL');
  await within(doneWithinMs, 'the restart of control', up);
}

/** Whether every request made after playback had to have stopped was refused. */
function judgeDarkness(looks: readonly PollResult[], takenAtMs: number) {
  const after = looks.filter(({ askedAtMs }) => askedAtMs > takenAtMs + 1_000);
  return {
    lastDeliveredAtMs: lastDeliveredAtMs(looks),
    others: after.length === 0 ? Number.NaN : after.filter(({ status }) => status !== 410).length,
  };
}

/** Whether the API reports another end reason for the broadcast. */
async function wrongEndReasons({ platform, stream, before }: ActiveBroadcast): Promise<number> {
  const answer = await fetch(`${platform.ready.api}/v1/streams/${stream.id}/broadcasts`);
  const { broadcasts } = (await answer.json()) as { broadcasts: { id: string; endReason?: string }[] };
  return broadcasts.find(({ id }) => id === before.id)?.endReason === 'taken-down' ? 0 : 1;
}

/** Whether an encoder is told why it may not publish. */
async function tryToPublish({ platform, stream }: ActiveBroadcast): Promise<boolean> {
  const port = Number(new URL(platform.ready.ingest.rtmp.replace('rtmp:', 'http:')).port);
  const status = await new RtmpClient({ port, key: stream.ingest.rtmp.key }).refused();
  return status?.code === 'NetStream.Publish.Rejected' && /was taken down/.test(status.description);
}

/** How many of these any tier serves to a client without a token. */
async function countReadable({ ready }: Platform, keys: readonly string[]): Promise<number> {
  const tiers = ready.processes.filter(({ role }) =>
    ['edge', 'shield', 'live-origin', 'origin'].includes(role),
  );
  let readable = 0;
  for (const { port } of tiers) {
    for (const key of keys) {
      const answer = await fetch(`http://127.0.0.1:${port}/${key}`);
      await answer.arrayBuffer();
      if (answer.ok) readable++;
    }
  }
  return readable;
}

/** How many current objects were not in quarantine, except what a new broadcast has written since. */
const missing = (now: ReadonlyMap<string, KeptObject>, kept: ReadonlyMap<string, KeptObject>): number => {
  const broadcast = [...kept.keys()].map((key) => key.split('/')[2]).find((name) => name?.length === 16);
  return [...now.keys()].filter((key) => key.split('/')[2] === broadcast && !kept.has(key)).length;
};

/** Objects that have changed, and segments that the edge serves with other bytes than viewers got. */
async function changedForViewers(
  { platform, before, stream, viewer }: ActiveBroadcast,
  kept: ReadonlyMap<string, KeptObject>,
  objects: ReadonlyMap<string, KeptObject>,
): Promise<number> {
  const url = `${platform.ready.edge}/local/${stream.id}/${before.id}/index.m3u8`;
  const renditions = await fetchBroadcast(url);
  let changed = changedObjects(kept, objects).length;
  for (const [playlist, seen] of viewer.seen) {
    const segments = renditions.find((rendition) =>
      rendition.url.endsWith(new URL(playlist).pathname),
    )?.segments;
    for (const { number, sha256 } of seen) {
      const media = segments?.find((segment) => segment.number === number)?.media;
      if (!media || createHash('sha256').update(media).digest('hex') !== sha256) changed++;
    }
  }
  return changed;
}

/** How many of the two journal entries don't exist exactly once. */
async function missingOrRepeated({ ready }: Platform, id: string): Promise<number> {
  const answer = await fetch(`${ready.api}/v1/streams/${id}/events?limit=200`);
  const { events } = (await answer.json()) as { events: readonly { type: string }[] };
  const wrong = ['stream.taken_down', 'stream.restored'].filter(
    (type) => events.filter((event) => event.type === type).length !== 1,
  );
  return wrong.length;
}
