import { setTimeout as sleep } from 'node:timers/promises';
import { playerBufferMs, segmentMs, segmentsFor } from '../../lib/packaging/segment-grid.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import {
  type CreatedStream,
  createStream,
  getStream,
  type StreamAnswer,
  streamEvent,
} from '../../testkit/platform/streams.ts';
import type { DrillContext } from '../model.ts';
import { PartViewer } from '../viewing/part-viewer.ts';
import { Viewer } from '../viewing/viewer.ts';
import { Broadcaster, defaultSize } from './broadcaster.ts';
import { openRecordings } from './recordings.ts';
import { phaseOf, until, within } from './waiting.ts';

export interface AirOptions {
  /** How long each publish session lasts if nothing ends it. */
  readonly seconds: number;
  /** @default {@link defaultSize} */
  readonly size?: string;
  /** Settings of the stream, for example `reconnectWindowMs`. */
  readonly settings?: object;
  /** @default a new one */
  readonly stream?: CreatedStream;
  /** Where to publish instead of the platform's pop; the key is appended. For example a fault proxy's `rtmp://…/live`. */
  readonly ingest?: () => string;
  /** Where to watch instead of the platform's edge, given the address there. */
  readonly watch?: (url: string) => string;
  /** Name in the timeline. @default none */
  readonly name?: string;
  /** What those near the live edge watch. @default the smallest picture and the sound */
  readonly near?: 'all' | 'least';
}

type Broadcast = NonNullable<StreamAnswer['broadcast']>;

/** A live stream: its broadcaster, a viewer, and the state of the broadcast when playback began. */
export interface ActiveBroadcast extends AsyncDisposable {
  readonly platform: Platform;
  readonly stream: CreatedStream;
  /** As reported by the API before the fault. */
  readonly before: Broadcast;
  readonly broadcaster: Broadcaster;
  /** With a buffer of several segments. */
  readonly viewer: Viewer;
  /** One near the live edge: two seconds behind the broadcaster. */
  readonly near: PartViewer;
  /** As reported by the API now. Throws if there is none. */
  now(): Promise<Broadcast>;
}

const liveWithinMs = 30_000;
/** A player that waits until its buffer is full has started. */
const segmentsFirst = segmentsFor(playerBufferMs) + 1;

/**
 * Starts a live stream and resolves once viewers play it, at a moment between two segments that depends on the seed. Throws
 * `NotHappenedError` if that doesn't happen.
 */
export async function goLive(
  platform: Platform,
  context: DrillContext,
  options: AirOptions,
): Promise<ActiveBroadcast> {
  const {
    seconds,
    size = defaultSize,
    settings,
    ingest,
    watch = (url) => url,
    name = '',
    near: renditions = 'least',
  } = options;
  const stream = options.stream ?? (await createStream(platform, { name: 'drill', ...settings }));
  const { url, key } = stream.ingest.rtmp;
  const lane = `publisher ${name}`.trim();
  let sinceMs = 0;
  const recordings = await openRecordings(size);
  const broadcaster = new Broadcaster({
    url: () => `${ingest?.() ?? url}/${key}`,
    seconds,
    size,
    recordings,
    onSession(session, state) {
      if (state === 'connecting') {
        sinceMs = context.now();
      } else {
        context.span(lane, `session ${session + 1}`, sinceMs, context.now());
        if (state === 'lost') context.mark(lane, 'cut off');
      }
    },
  });
  const viewer = new Viewer({ url: watch(stream.playback.hls), now: context.now });
  let near: PartViewer | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all([broadcaster.stop(), viewer.stop(), near?.stop()]);
    await recordings[Symbol.asyncDispose]();
  };
  const now = async (): Promise<Broadcast> => {
    const { broadcast } = await getStream(platform, stream.id);
    if (!broadcast) throw new Error(`Stream ${stream.id} has no broadcast`);
    return broadcast;
  };
  try {
    await within(liveWithinMs, 'stream.live', streamEvent(platform, stream.id, 'stream.live'));
    const playing = () =>
      viewer.seen.size > 0 && [...viewer.seen.values()].every((each) => each.length >= segmentsFirst);
    await until(liveWithinMs, 'the first segments at the edge', playing);
    near = new PartViewer({ url: watch(stream.playback.hls), now: context.now, renditions });
    await sleep(phaseOf(context.seed) * segmentMs);
    const before = await now();
    return { platform, stream, before, broadcaster, viewer, near, now, [Symbol.asyncDispose]: stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** Resolves when the broadcaster has sent everything and the recording exists (complete or not). */
export async function finishBroadcast(
  { platform, stream, broadcaster, viewer, near }: ActiveBroadcast,
  withinMs = 60_000,
): Promise<void> {
  await within(withinMs, 'the end of the broadcaster', broadcaster.finished);
  const closed = streamEvent(platform, stream.id, 'recording.ready', 'recording.incomplete');
  await within(withinMs, 'the end of the recording', closed);
  await Promise.all([viewer.stop(), near.stop()]);
}
