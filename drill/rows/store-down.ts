import { setTimeout as sleep } from 'node:timers/promises';
import { Publisher } from '../../testkit/media/publisher.ts';
import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream, streamEvent } from '../../testkit/platform/streams.ts';
import { beginStoreOutage } from '../faults/store-outage.ts';
import type { Drill, DrillContext, Measure } from '../model.ts';
import { Broadcaster } from '../rig/broadcaster.ts';
import { framesOfSession } from '../rig/frame-numbers.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline, timeOf } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { until, within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';

export interface StoreDownOptions {
  readonly downMs: number;
}

/** How often a newcomer tries while the store is down: at the beginning, at the end and in between. */
const attempts = 3;
/** How long to wait for everything to recover. */
const afterMs = 30_000;

/** Nobody can read or write the control store. */
export const storeDown = ({ downMs }: StoreDownOptions): Drill => ({
  name: 'store-down',
  fault: `the control store can be neither read nor written for ${downMs / 1000} s`,
  promise:
    'running broadcasts unaffected; new publishes fail closed with a clear status; everything recovers automatically, and no lease changes hands',
  seconds: downMs / 1000 + 30,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    await using air = await goLive(platform, context, { seconds: downMs / 1000 + 600 });
    const newcomer = await createStream(platform, { name: 'newcomer' });

    const downAtMs = context.now();
    await using outage = await beginStoreOutage(platform);
    context.mark('fault', 'control store down', downAtMs);
    const tries = await tryToPublish(newcomer, context, downMs);
    const apiStatus = (await fetch(`${platform.ready.api}/v1/streams/${newcomer.id}`)).status;

    // Like an encoder that somebody left running: it retries again and again.
    await using waiting = new Broadcaster({
      url: `${newcomer.ingest.rtmp.url}/${newcomer.ingest.rtmp.key}`,
      seconds: 5,
      size: '320x240',
      firstSession: 6,
    });
    await sleep(Math.max(0, downAtMs + downMs - context.now()));
    await outage.end();
    const upAtMs = context.now();
    context.mark('fault', 'control store back', upAtMs);
    context.span('control store', 'down', downAtMs, upAtMs, 'fault');
    await within(
      afterMs,
      'the first publish after the outage',
      streamEvent(platform, newcomer.id, 'stream.live'),
    );
    await within(
      afterMs,
      'the end of the outage in the journal',
      streamEvent(platform, air.stream.id, 'control.recovered'),
    );
    await waiting.finished;
    await until(
      afterMs,
      'the end of the outage for every program',
      () => !lastRecoveries(platform).some(({ time }) => Number.isNaN(time)),
    );
    const after = await air.now();
    await air.broadcaster.stop();
    await finishBroadcast(air);

    drawTimeline(platform, air.stream.id, context);
    const aftermath = await readAftermath(air, context);
    const zeroMs = Date.now() - context.now();
    const afterOutage = (event: PlatformEvent): number => (timeOf(event) - zeroMs - upAtMs) / 1000;
    const taken = platform.events.find(
      ({ event, stream }) => event === 'ingest.publish.started' && stream === newcomer.id,
    );
    return {
      measures: [
        { name: 'frames lost', value: maxFrames(aftermath, ({ lost }) => lost), unit: 'frames', limit: 0 },
        {
          name: 'frames duplicated',
          value: maxFrames(aftermath, ({ doubled, filler }) => doubled + filler),
          unit: 'frames',
          limit: 0,
        },
        ...viewerMeasures(aftermath, { discontinuities: 0 }),
        {
          name: 'extra broadcasts',
          value: after.id === air.before.id ? 0 : 1,
          unit: '',
          limit: 0,
        },
        { name: 'broadcaster retries', value: air.broadcaster.session, unit: '', limit: 0 },
        {
          name: 'leases that changed hands',
          value: changesOfHands(platform, air.stream),
          unit: '',
          limit: 0,
        },
        { name: 'processes ended', value: count(platform, 'process.exited'), unit: '', limit: 0 },
        ...refusalMeasures(tries),
        { name: 'API responses other than 503', value: apiStatus === 503 ? 0 : 1, unit: '', limit: 0 },
        {
          name: 'new publish accepted after the outage',
          value: taken ? afterOutage(taken) : Number.NaN,
          unit: 's',
          limit: 10,
        },
        {
          name: 'every program recovered after the outage',
          value: Math.max(...lastRecoveries(platform).map(afterOutage)),
          unit: 's',
          limit: 10,
        },
      ],
    };
  },
});

interface Try {
  readonly accepted: boolean;
  /** What the encoder's user reads. */
  readonly clear: boolean;
  readonly tookMs: number;
}

/** What a broadcaster's ffmpeg prints when its publish is refused, and OBS's log; both show the description. */
const clearWords = /Stream keys can't be checked right now\. Try again in a minute\./;

async function tryToPublish(
  { ingest }: CreatedStream,
  context: DrillContext,
  downMs: number,
): Promise<readonly Try[]> {
  const tries: Try[] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const startedMs = context.now();
    const publisher = new Publisher({
      url: `${ingest.rtmp.url}/${ingest.rtmp.key}`,
      seconds: 2,
      size: '320x240',
      firstFrame: framesOfSession * 7,
    });
    const accepted = (await publisher.ended()) === 0;
    const tookMs = context.now() - startedMs;
    context.mark('newcomer', accepted ? 'taken' : 'refused');
    tries.push({ accepted, clear: clearWords.test(publisher.output), tookMs });
    await sleep(Math.max(0, downMs / (attempts + 1) - tookMs));
  }
  return tries;
}

const refusalMeasures = (tries: readonly Try[]): Measure[] => [
  {
    name: 'publishes accepted during the outage',
    value: tries.filter(({ accepted }) => accepted).length,
    unit: '',
    limit: 0,
  },
  {
    name: 'refusals without a clear reason',
    value: tries.filter(({ clear }) => !clear).length,
    unit: '',
    limit: 0,
  },
  {
    name: 'longest wait for a refusal',
    value: Math.max(...tries.map(({ tookMs }) => tookMs)) / 1000,
    unit: 's',
    limit: 5,
  },
];

const count = (platform: Platform, name: string): number =>
  platform.events.filter(({ event }) => event === name).length;

function changesOfHands(platform: Platform, { id }: CreatedStream): number {
  const changes = ['encoder.lease.lost', 'ingest.worker.lost', 'ingest.worker.changed'];
  return platform.events.filter(({ event, stream }) => stream === id && changes.includes(event)).length;
}

/** When the outage ended for each program that uses the store. A missing report turns the figure into NaN. */
function lastRecoveries({ ready, events }: Platform): readonly PlatformEvent[] {
  const recoveries = ['ingest.store.available', 'encoder.control.recovered'];
  return ready.processes
    .filter(({ role }) => role === 'ingest' || role === 'encoder')
    .map(
      ({ name }) =>
        events.findLast((event) => event.name === name && recoveries.includes(event.event)) ?? {
          event: 'none',
          time: Number.NaN,
        },
    );
}
