import { setTimeout as sleep } from 'node:timers/promises';
import { fetchMediaPlaylist, fetchMultivariant } from '../../testkit/media/playback.ts';
import type { Platform, PlatformEvent } from '../../testkit/platform/platform.ts';
import { type CreatedStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';
import { wrongClock } from '../faults/wrong-clock.ts';
import type { Drill } from '../model.ts';
import { Broadcaster } from '../rig/broadcaster.ts';
import { startExtraProcess } from '../rig/extra-process.ts';
import { frameRate } from '../rig/frame-numbers.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { streamFor } from '../rig/stream-for.ts';
import { NotHappenedError, until, within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';

const seconds = 40;
const hourMs = 3_600_000;
/** Long enough for several renewals, heartbeats and a sweep. */
const watchMs = 7000;
/** Dates have whole milliseconds. */
const roundingMs = 2;

export const clockSkew: Drill = {
  name: 'clock-skew',
  fault: 'the clocks of a worker and a proxy are an hour off, then jump by two hours, and the worker dies',
  promise:
    'no lease changes hands while its holder is alive; PROGRAM-DATE-TIME is monotonic, including across the takeover',
  seconds: 75,

  async run(context) {
    const sign = context.seed % 2 === 1 ? 1 : -1;
    await using rig = await startPlatform({ workers: 1, proxies: 1 });
    const { platform } = rig;
    const workerClock = await wrongClock(platform.dataDir, 'worker', sign * hourMs);
    const proxyClock = await wrongClock(platform.dataDir, 'proxy', -sign * hourMs);
    const name = 'encoder-skewed';
    await using worker = await startExtraProcess(platform, 'encoder-1', name, workerClock.environment);
    await using proxy = await startExtraProcess(
      platform,
      'ingest-1',
      'ingest-skewed',
      proxyClock.environment,
    );
    const stream = await streamFor(platform, [name, 'encoder-1']);
    await using air = await goLive(platform, context, {
      seconds,
      stream,
      ingest: () => `rtmp://127.0.0.1:${proxy.port}/live`,
    });
    const { before } = air;
    if (before.workerId !== name)
      throw new NotHappenedError(`The stream runs on ${before.workerId}, not on ${name}`);
    const times = new DateTimes(`${platform.ready.edge}/local/${stream.id}/${before.id}/index.m3u8`);
    await times.read();

    context.mark('fault', `both clocks jump by ${sign > 0 ? '−' : '+'}2 h`);
    await Promise.all([workerClock.set(-sign * hourMs), proxyClock.set(sign * hourMs)]);
    await sleep(watchMs);
    await times.read();
    const lostBefore = worker.events.filter(({ event }) => event === 'encoder.lease.lost').length;

    context.mark('fault', `kill -9 of ${name}`);
    await worker.kill();
    await within(30_000, 'the takeover', streamEvent(platform, stream.id, 'publisher.rehomed'));
    await times.read();
    const after = await air.now();
    await finishBroadcast(air);
    await times.read();
    const hidden = await isNextHidden(platform, stream, before.id);

    drawTimeline(platform, stream.id, context);
    const aftermath = await readAftermath(air, context, new Map([[0, seconds * frameRate]]));
    const epochs = proxy.events.flatMap(epochOf);
    return {
      measures: [
        { name: 'leases lost before the kill', value: lostBefore, unit: '', limit: 0 },
        // The first one, and the takeover's.
        {
          name: 'extra epochs',
          value: Math.max(...epochs) - Math.min(...epochs) - 1,
          unit: '',
          limit: 0,
        },
        { name: 'extra broadcasts', value: after.id === before.id ? 0 : 1, unit: '', limit: 0 },
        { name: 'backward steps of PROGRAM-DATE-TIME', value: times.backwards(), unit: '', limit: 0 },
        { name: 'changed PROGRAM-DATE-TIMEs', value: times.changed, unit: '', limit: 0 },
        { name: 'PROGRAM-DATE-TIME error', value: times.maxErrorMs(), unit: 'ms', limit: roundingMs },
        { name: 'availabilityStartTimes', value: times.startTimes.size, unit: '', limit: 1 },
        { name: 'broadcasts hidden by an older one', value: hidden ? 1 : 0, unit: '', limit: 0 },
        { name: 'frames lost', value: maxFrames(aftermath, ({ lost }) => lost), unit: 'frames', limit: 0 },
        {
          name: 'frames duplicated',
          value: maxFrames(aftermath, ({ doubled, filler }) => doubled + filler),
          unit: 'frames',
          limit: 0,
        },
        ...viewerMeasures(aftermath, { discontinuities: 0 }),
      ],
    };
  },
};

const epochOf = ({ event, epoch }: PlatformEvent): number[] =>
  event === 'ingest.publish.started' || event === 'ingest.worker.changed' ? [Number(epoch)] : [];

/** Whether the API reports a broadcast other than the stream's newest one, which was made with a correct clock. */
async function isNextHidden(platform: Platform, stream: CreatedStream, last: string): Promise<boolean> {
  const { url, key } = stream.ingest.rtmp;
  await using _ = new Broadcaster({ url: `${url}/${key}`, seconds: 20, size: '320x240', firstSession: 6 });
  const isNew = async (): Promise<boolean> => {
    const { state, broadcast } = await getStream(platform, stream.id);
    return state === 'live' && broadcast?.id !== last;
  };
  return await until(15_000, 'the next broadcast', isNew).then(
    () => false,
    (fault: unknown) => {
      if (fault instanceof NotHappenedError) return true;
      throw fault;
    },
  );
}

interface DatedSegment {
  readonly dateMs: number;
  readonly durationMs: number;
}

/** The dates that all renditions' playlists gave their segments, over several reads. */
class DateTimes {
  /** Segments whose date changed between reads. */
  changed = 0;
  /** The times from which DASH players count. */
  readonly startTimes = new Set<string>();
  readonly #url: string;
  readonly #renditions = new Map<string, Map<number, DatedSegment>>();

  constructor(url: string) {
    this.#url = url;
  }

  async read(): Promise<void> {
    const manifest = await (await fetch(this.#url.replace(/index\.m3u8$/, 'manifest.mpd'))).text();
    const startTime = /availabilityStartTime="([^"]+)"/.exec(manifest)?.[1];
    if (startTime !== undefined) this.startTimes.add(startTime);
    const { variants } = await fetchMultivariant(this.#url);
    const uris = variants.flatMap(({ uri, audio }) => [uri, ...audio.flatMap((each) => each.uri ?? [])]);
    for (const uri of new Set(uris)) {
      const { segments } = await fetchMediaPlaylist(new URL(uri, this.#url).href);
      const known = this.#renditions.get(uri) ?? new Map<number, DatedSegment>();
      this.#renditions.set(uri, known);
      // A segment without a date of its own begins where the previous one ends (RFC 8216 6.2.1).
      let nextMs = Number.NaN;
      for (const { mediaSequenceNumber: number, programDateTime, duration } of segments) {
        const dateMs = programDateTime?.getTime() ?? nextMs;
        nextMs = dateMs + duration * 1000;
        const knownMs = known.get(number)?.dateMs ?? dateMs;
        if (!(Math.abs(knownMs - dateMs) <= roundingMs)) this.changed++;
        known.set(number, { dateMs, durationMs: duration * 1000 });
      }
    }
  }

  backwards(): number {
    return this.#steps().filter(({ stepMs }) => !(stepMs > 0)).length;
  }

  /** The largest difference between the step from one segment to the next and the former's duration. */
  maxErrorMs(): number {
    return Math.max(...this.#steps().map(({ stepMs, durationMs }) => Math.abs(stepMs - durationMs)));
  }

  #steps(): { stepMs: number; durationMs: number }[] {
    return [...this.#renditions.values()].flatMap((known) => {
      const dated = [...known].sort(([a], [b]) => a - b).map(([, segment]) => segment);
      return dated.slice(1).map(({ dateMs }, index) => ({
        stepMs: dateMs - dated[index]!.dateMs,
        durationMs: dated[index]!.durationMs,
      }));
    });
  }
}
