import { join } from 'node:path';
import { openDiskObjectStore } from '../../lib/adapters/local/disk/disk-object-store.ts';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { findFfmpeg } from '../../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { ffmpegStarter } from '../../lib/adapters/node/ffmpeg/ffmpeg-process.ts';
import { listenEdge } from '../../lib/adapters/node/http/edge-server.ts';
import { ReadBatch } from '../../lib/adapters/node/net/read-batch.ts';
import { listenForRelays } from '../../lib/adapters/node/net/relay-listener.ts';
import { dvrWindowSeconds } from '../../lib/config/defaults.ts';
import { defaultLadder } from '../../lib/config/ladder.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import type { LatencyMode } from '../../lib/control-store/records.ts';
import type { FfmpegBuild } from '../../lib/encoder/encoding/policy/ffmpeg/ffmpeg-version.ts';
import { LiveService } from '../../lib/encoder/live/live-service.ts';
import type { EncoderProcess, StartEncoder } from '../../lib/encoder/ports.ts';
import { Worker } from '../../lib/encoder/worker.ts';
import { broadcastPrefix } from '../../lib/object-store/object-names.ts';
import type { ObjectStore, StreamingObjectStore } from '../../lib/object-store/ports.ts';
import { segmentsFor } from '../../lib/packaging/segment-grid.ts';
import { type MemberId, newStreamId, type StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';
import { Recording } from '../media/recording.ts';
import { RelayFeed } from '../media/relay-feed.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { Changing } from '../until.ts';

export interface EncoderHarnessOptions {
  /** Wraps the disk store that the worker writes to. */
  readonly objects?: (disk: ObjectStore) => ObjectStore;
  readonly control?: (store: ControlStore) => ControlStore;
  readonly reconnectWindowMs?: number;
  /** @default low */
  readonly latency?: LatencyMode;
  /** Wraps what starts ffmpeg. */
  readonly encoders?: (start: StartEncoder) => StartEncoder;
}

interface HarnessWorker {
  readonly worker: Worker;
  readonly port: number;
  readonly mediaPort: number;
  stop(): Promise<void>;
}

/** Workers in this process with a real ffmpeg, a real control store and a real object store on a temporary disk. */
export class EncoderHarness extends Changing implements AsyncDisposable {
  readonly events: { readonly name: string; readonly fields: Record<string, unknown> }[] = [];
  readonly encoders: EncoderProcess[] = [];
  readonly streamId: StreamId = newStreamId();
  readonly store: ControlStore & { close(): void };
  readonly objects: StreamingObjectStore;
  readonly #options: EncoderHarnessOptions;
  readonly #folder: { remove(): Promise<void> };
  readonly #ffmpeg: FfmpegBuild;
  readonly #workers: HarnessWorker[] = [];

  private constructor(
    parts: Pick<EncoderHarness, 'store' | 'objects'> & {
      options: EncoderHarnessOptions;
      folder: { remove(): Promise<void> };
      ffmpeg: FfmpegBuild;
    },
  ) {
    super();
    this.store = parts.store;
    this.objects = parts.objects;
    this.#options = parts.options;
    this.#folder = parts.folder;
    this.#ffmpeg = parts.ffmpeg;
  }

  static async start(options: EncoderHarnessOptions = {}): Promise<EncoderHarness> {
    const folder = await temporaryFolder();
    const store = openSqliteControlStore(join(folder.path, 'control.sqlite'));
    const objects = await openDiskObjectStore(join(folder.path, 'origin'));
    const harness = new EncoderHarness({ store, objects, options, folder, ffmpeg: await findFfmpeg() });
    await store.createStream({
      id: harness.streamId,
      name: 'Test',
      createdAtMs: 0,
      reconnectWindowMs: options.reconnectWindowMs ?? 30_000,
      keys: [],
      latency: options.latency ?? 'low',
      version: 1,
    });
    await harness.anotherWorker('encoder-1');
    return harness;
  }

  /** The first worker, and the port of its relay links. */
  get worker(): Worker {
    return this.#workers[0]!.worker;
  }

  get port(): number {
    return this.#workers[0]!.port;
  }

  /** The URL below which the first worker's media port has the stream. */
  get media(): string {
    return `http://127.0.0.1:${this.#workers[0]!.mediaPort}/local/${this.streamId}`;
  }

  /** `adapt` changes ffmpeg's arguments, as another encoder would. */
  async anotherWorker(
    memberId: string,
    adapt = (args: readonly string[]): readonly string[] => args,
  ): Promise<HarnessWorker> {
    const batch = new ReadBatch(50);
    const ffmpeg = ffmpegStarter(this.#ffmpeg.path, batch);
    const starter = this.#options.encoders?.(ffmpeg) ?? ffmpeg;
    let worker: Worker | undefined;
    const listener = await listenForRelays(
      { host: '127.0.0.1', port: 0, maxConnections: 16 },
      batch,
      (connection) => worker?.connected(connection),
    );
    const streams = { find: (stream: StreamId) => worker?.find(stream) };
    const media = await listenEdge({
      service: new LiveService({ region: 'local', streams, admits: () => true }),
      host: '127.0.0.1',
      port: 0,
    });
    worker = new Worker({
      memberId: memberId as MemberId,
      host: '127.0.0.1',
      port: listener.port,
      mediaPort: media.port,
      capacity: 2,
      store: this.#options.control?.(this.store) ?? this.store,
      objects: this.#options.objects?.(this.objects) ?? this.objects,
      startEncoder: (args, outputs, handler) => {
        const encoder = starter(adapt(args), outputs, handler);
        this.encoders.push(encoder);
        return encoder;
      },
      ffmpeg: this.#ffmpeg,
      ladder: defaultLadder,
      region: 'local',
      utcTimingUrl: '/time',
      windowSegments: segmentsFor(dvrWindowSeconds.default * 1000),
      clock: { nowMs: () => performance.now(), wallMs: () => Date.now() },
      emit: ((name: string, fields: Record<string, unknown>) => {
        this.events.push({ name, fields });
        this.changed();
      }) as EmitEvent,
    });
    await worker.start();
    const stop = async (): Promise<void> => {
      listener.close();
      await worker.drain();
      await media.close(0);
    };
    const started = { worker, port: listener.port, mediaPort: media.port, stop };
    this.#workers.push(started);
    return started;
  }

  named(name: string): Record<string, unknown>[] {
    return this.events.filter((event) => event.name === name).map(({ fields }) => fields);
  }

  async event(name: string, count = 1): Promise<Record<string, unknown>> {
    await this.until(() => this.named(name).length >= count);
    return this.named(name)[count - 1]!;
  }

  /** Waits until the broadcast has this state, according to the log. */
  async state(state: string): Promise<void> {
    await this.until(() => this.named('encoder.broadcast.state').at(-1)?.state === state);
  }

  /** Connects as a proxy does for a publisher, and waits until the worker accepts. */
  async publish(sessionId?: string): Promise<RelayFeed> {
    const feed = new RelayFeed(this.port, this.streamId, sessionId);
    await feed.frame('accepted');
    return feed;
  }

  /** The broadcast as stored in the origin, once it has ended. */
  async recorded(): Promise<Recording> {
    await this.event('encoder.broadcast.ended');
    const broadcast = await this.store.latestBroadcast(this.streamId);
    return new Recording(this.objects, broadcastPrefix('local', this.streamId, broadcast!.id));
  }

  async journalTypes(): Promise<string[]> {
    return (await this.store.listEvents(this.streamId, { limit: 100 })).map(({ type }) => type);
  }

  async text(key: string): Promise<string> {
    const object = await this.objects.get(key);
    if (!object) throw new Error(`No object ${key}`);
    return object.body.toString('utf8');
  }

  async close(): Promise<void> {
    for (const { stop } of this.#workers) await stop();
    this.store.close();
    await this.#folder.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
