import { join } from 'node:path';
import { openDiskObjectStore } from '../../lib/adapters/local/disk-object-store.ts';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite-control-store.ts';
import { findFfmpeg } from '../../lib/adapters/node/ffmpeg-binary.ts';
import { ffmpegStarter } from '../../lib/adapters/node/ffmpeg-process.ts';
import { ReadBatch } from '../../lib/adapters/node/read-batch.ts';
import { listenForRelays } from '../../lib/adapters/node/relay-listener.ts';
import type { ControlStore } from '../../lib/control/ports.ts';
import { defaultLadder } from '../../lib/encoder/policy/ladder.ts';
import type { EncoderProcess } from '../../lib/encoder/ports.ts';
import { Worker } from '../../lib/encoder/worker.ts';
import type { ObjectStore } from '../../lib/origin/ports.ts';
import { type MemberId, newStreamId, type StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { Changing } from './until.ts';

export interface EncoderHarnessOptions {
  /** Put between the worker and the disk. */
  readonly objects?: (disk: ObjectStore) => ObjectStore;
  readonly control?: (store: ControlStore) => ControlStore;
  readonly reconnectWindowMs?: number;
}

/** A worker in this process with a real ffmpeg, a real control store and a real object store on a temporary disk. */
export class EncoderHarness extends Changing {
  readonly events: { readonly name: string; readonly fields: Record<string, unknown> }[] = [];
  readonly encoders: EncoderProcess[] = [];
  readonly streamId: StreamId = newStreamId();
  readonly store: ControlStore & { close(): void };
  readonly objects: ObjectStore;
  readonly worker: Worker;
  readonly port: number;
  readonly #close: () => Promise<void>;

  private constructor(
    parts: Pick<EncoderHarness, 'store' | 'objects'> & {
      make: (harness: EncoderHarness) => Worker;
      port: number;
      close: () => Promise<void>;
    },
  ) {
    super();
    this.store = parts.store;
    this.objects = parts.objects;
    this.port = parts.port;
    this.#close = parts.close;
    this.worker = parts.make(this);
  }

  static async start(options: EncoderHarnessOptions = {}): Promise<EncoderHarness> {
    const folder = await temporaryFolder();
    const store = openSqliteControlStore(join(folder.path, 'control.sqlite'));
    const disk = await openDiskObjectStore(join(folder.path, 'origin'));
    const ffmpeg = await findFfmpeg();
    const batch = new ReadBatch(50);
    const started = ffmpegStarter(ffmpeg.path, batch);
    let harness: EncoderHarness | undefined;
    const listener = await listenForRelays(
      { host: '127.0.0.1', port: 0, maxConnections: 16 },
      batch,
      (connection) => harness?.worker.connected(connection),
    );
    harness = new EncoderHarness({
      store,
      objects: disk,
      port: listener.port,
      make: (self) =>
        new Worker({
          memberId: 'encoder-1' as MemberId,
          host: '127.0.0.1',
          port: listener.port,
          capacity: 2,
          store: options.control?.(store) ?? store,
          objects: options.objects?.(disk) ?? disk,
          startEncoder: (args, outputs, handler) => {
            const encoder = started(args, outputs, handler);
            self.encoders.push(encoder);
            return encoder;
          },
          ffmpeg,
          ladder: defaultLadder,
          region: 'local',
          utcTimingUrl: '/time',
          windowSegments: 900,
          clock: { now: () => performance.now(), wall: () => Date.now() },
          emit: ((name: string, fields: Record<string, unknown>) => {
            self.events.push({ name, fields });
            self.changed();
          }) as EmitEvent,
        }),
      close: async () => {
        listener.close();
        await harness?.worker.drain();
        store.close();
        await folder.remove();
      },
    });
    await store.createStream({
      id: harness.streamId,
      name: 'Test',
      createdAtMs: 0,
      reconnectWindowMs: options.reconnectWindowMs ?? 30_000,
      keys: [],
      version: 1,
    });
    await harness.worker.start();
    return harness;
  }

  named(name: string): Record<string, unknown>[] {
    return this.events.filter((event) => event.name === name).map(({ fields }) => fields);
  }

  async event(name: string, count = 1): Promise<Record<string, unknown>> {
    await this.until(() => this.named(name).length >= count);
    return this.named(name)[count - 1]!;
  }

  /** The broadcast has this state by its log. */
  async state(state: string): Promise<void> {
    await this.until(() => this.named('encoder.broadcast.state').at(-1)?.state === state);
  }

  async text(key: string): Promise<string> {
    const object = await this.objects.get(key);
    if (!object) throw new Error(`There is no ${key}`);
    return object.body.toString('utf8');
  }

  close(): Promise<void> {
    return this.#close();
  }
}
