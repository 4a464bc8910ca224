import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import { defaultLadder } from '../../lib/config/ladder.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import type { RelayConnectionHandler } from '../../lib/encoder/ports.ts';
import { Worker } from '../../lib/encoder/worker.ts';
import { PreconditionFailedError } from '../../lib/object-store/errors.ts';
import type { ObjectStore, StoredObject } from '../../lib/object-store/ports.ts';
import { encodeRelayHello } from '../../lib/protocol/relay/hello.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../lib/protocol/relay/link-frames.ts';
import { type MemberId, newSessionId, newStreamId, type StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';
import { copyingEncoder } from '../media/copying-encoder.ts';
import { plainHello } from './open-session.ts';

export interface LoggedEvent {
  readonly name: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface WorkerInMemoryOptions {
  /** @default encoder-1 */
  readonly memberId?: string;
  /** Of its relay links, if it has a listener. */
  readonly port?: number;
  /** @default one of its own, in memory */
  readonly store?: ControlStore & { close(): void };
  /** @default none yet */
  readonly objects?: Map<string, StoredObject>;
  /** @default true */
  readonly liveOrigin?: boolean;
}

/** A whole worker without processes, disk, or sockets of its own: for tests that play many broadcasts on fake timers. */
export class WorkerInMemory {
  readonly events: LoggedEvent[] = [];
  readonly objects: Map<string, StoredObject>;
  readonly store: ControlStore & { close(): void };
  readonly worker: Worker;

  constructor(options: WorkerInMemoryOptions = {}) {
    const { memberId = 'encoder-1', port = 1, liveOrigin = true } = options;
    this.objects = options.objects ?? new Map();
    this.store = options.store ?? openSqliteControlStore(':memory:');
    this.worker = new Worker({
      memberId: memberId as MemberId,
      host: '127.0.0.1',
      port,
      capacity: 4,
      store: this.store,
      objects: memoryObjects(this.objects),
      startEncoder: copyingEncoder,
      ffmpeg: {
        path: 'ffmpeg',
        source: 'system',
        version: '7.1',
        release: { major: 7, minor: 1 },
        year: 2024,
        encoders: { x264: true, aac: true },
      },
      ladder: { ...defaultLadder, rungs: defaultLadder.rungs.slice(-1) },
      region: 'local',
      utcTimingUrl: '/time',
      windowSegments: 100,
      liveOrigin,
      clock: { nowMs: () => performance.now(), wallMs: () => Date.now() },
      emit: ((name: string, fields: Record<string, unknown>) => {
        this.events.push({ name, fields });
      }) as EmitEvent,
    });
  }

  async addStream(reconnectWindowMs: number): Promise<StreamId> {
    const id = newStreamId();
    await this.store.createStream({
      id,
      name: 'Test',
      createdAtMs: 0,
      reconnectWindowMs,
      keys: [],
      version: 1,
    });
    return id;
  }

  connect(streamId: StreamId): LinkInMemory {
    return new LinkInMemory(this.worker, streamId);
  }
}

/** The proxy's end of a relay link. */
export class LinkInMemory {
  readonly frames: LinkFrame[] = [];
  /** How the worker closed it. */
  closed: 'ended' | 'aborted' | undefined;
  #handler!: RelayConnectionHandler;

  constructor(worker: Worker, streamId: StreamId) {
    const decoder = new LinkFrameDecoder((frame) => this.frames.push(frame));
    worker.connected({
      start: (handler) => {
        this.#handler = handler;
      },
      write: (bytes) => decoder.push(bytes),
      pause() {},
      resume() {},
      end: () => this.#close('ended'),
      abort: () => this.#close('aborted'),
    });
    this.#handler.data(encodeRelayHello({ ...plainHello, streamId, sessionId: newSessionId() }));
  }

  send(bytes: Buffer): void {
    if (this.closed === undefined) this.#handler.data(bytes);
  }

  /** The proxy disconnects. */
  leave(): void {
    this.#close('ended');
  }

  #close(how: 'ended' | 'aborted'): void {
    if (this.closed !== undefined) return;
    this.closed = how;
    setTimeout(() => this.#handler.closed(undefined), 0);
  }
}

function memoryObjects(objects: Map<string, StoredObject>): ObjectStore {
  let writes = 0;
  return {
    async put(key, body, { contentType, cacheControl, ifMatch, ifNoneMatch }) {
      const known = objects.get(key);
      const isFree = ifNoneMatch === undefined || known === undefined;
      if (!isFree || (ifMatch !== undefined && known?.etag !== ifMatch))
        throw new PreconditionFailedError(key);
      const etag = `"${++writes}"`;
      objects.set(key, { body: Buffer.from(body), etag, contentType, cacheControl });
      return { etag };
    },
    get: async (key) => objects.get(key),
    async list(prefix, { after = '', limit }) {
      const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
      return { keys: keys.slice(0, limit), more: keys.length > limit };
    },
    async delete(key) {
      objects.delete(key);
    },
    async move(from, to) {
      const object = objects.get(from);
      if (object) objects.set(to, object);
      objects.delete(from);
    },
  };
}
