import { ChannelIndexWriter } from '../../../lib/control/managed-channels/channel-index-writer.ts';
import { sweepOrphans } from '../../../lib/control/managed-channels/channel-orphans.ts';
import { ChannelRunner, type ChannelStore } from '../../../lib/control/managed-channels/channel-runner.ts';
import {
  type ChannelPlan,
  renditionModifier,
} from '../../../lib/control/managed-channels/policy/channel-plan.ts';
import type { DocumentKind, StreamDocument } from '../../../lib/control-store/documents.ts';
import { ConditionFailedError } from '../../../lib/control-store/errors.ts';
import {
  type ChannelWish,
  feedChannel,
  isOpen,
  type ManagedChannel,
  unwantChannel,
  wantChannel,
} from '../../../lib/control-store/managed/managed-channel.ts';
import type {
  BroadcastRecord,
  LeaseRecord,
  StreamEventRecord,
  StreamRecord,
} from '../../../lib/control-store/records.ts';
import { PreconditionFailedError } from '../../../lib/object-store/errors.ts';
import type { ObjectStore, PutOptions, StoredObject } from '../../../lib/object-store/ports.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../lib/routing/ids.ts';
import type { EventName } from '../../../lib/telemetry/events.ts';
import { FakeManagedEncoder } from './managed-encoder-fake.ts';

export const streamId = 'a1b2c3d4e5f6g7h8' as StreamId;
export const firstBroadcast = 'broadcast0000001' as BroadcastId;
export const secondBroadcast = 'broadcast0000002' as BroadcastId;

/** Before each call of a port, and after it: a schedule may hold it up there, or end who makes it. */
export type Gate = (when: 'before' | 'after') => Promise<void>;

/** One stream, its document, MediaLive and the origin, all in memory and in virtual time. */
export class ChannelWorld {
  nowMs = 1_800_000_000_000;
  stream: StreamRecord | undefined = {
    id: streamId,
    name: 'Sunday',
    createdAtMs: 0,
    reconnectWindowMs: 60_000,
    keys: [],
    encoder: 'medialive',
    version: 1,
  };
  /** Renewed at every look while the stand-in lives. */
  lease: LeaseRecord = {
    streamId,
    workerId: 'worker-1' as MemberId,
    epoch: 3,
    version: 1,
    broadcastId: firstBroadcast,
    released: false,
    endRequested: false,
  };
  standInLives = true;
  broadcast: BroadcastRecord | undefined;
  readonly objects = new MemoryObjects();
  readonly journal: Omit<StreamEventRecord, 'sequence'>[] = [];
  readonly logged: { readonly name: EventName; readonly fields: Readonly<Record<string, unknown>> }[] = [];
  readonly encoder = new FakeManagedEncoder(
    () => this.nowMs,
    (plan) => this.#writePlaylists(plan),
  );
  #document: StreamDocument<'channel'> | undefined;

  get body(): ManagedChannel | undefined {
    return this.#document?.body;
  }

  get isOpen(): boolean {
    return this.#document?.open ?? false;
  }

  deleteStream(): void {
    this.stream = undefined;
    this.#document = undefined;
  }

  want(wish: Partial<ChannelWish> = {}): void {
    const full = { broadcastId: firstBroadcast, epoch: this.lease.epoch, atMs: this.nowMs, ...wish };
    this.#change((body) => wantChannel(body, full));
  }

  unwant(broadcastId: BroadcastId = firstBroadcast): void {
    this.#change((body) => body && unwantChannel(body, broadcastId));
  }

  feed(): void {
    this.#change((body) => body && feedChannel(body, body.broadcastId));
  }

  /** A driver, as a function's invocation is one. */
  runner(gate: Gate = async () => {}): ChannelRunner {
    return new ChannelRunner({
      store: gated(this.store, gate),
      encoder: gated(this.encoder, gate),
      index: new ChannelIndexWriter(
        gated<Pick<ObjectStore, 'get' | 'put' | 'delete'>>(this.objects, gate),
        'eu',
      ),
      plan: this.plan,
      emit: this.emit,
      wallMs: () => this.nowMs,
      pause: async (ms) => {
        await gate('before');
        this.nowMs += ms;
      },
    });
  }

  sweep(gate: Gate = async () => {}): Promise<void> {
    return sweepOrphans({
      store: gated(this.store, gate),
      encoder: gated(this.encoder, gate),
      plan: this.plan,
      emit: this.emit,
      wallMs: () => this.nowMs,
    });
  }

  /** As AWS drives it: once a minute, for so many minutes. */
  async minutes(count: number): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      this.nowMs += 60_000;
      await this.runner().driveAll();
      await this.sweep();
    }
  }

  told(type: string): readonly Omit<StreamEventRecord, 'sequence'>[] {
    return this.journal.filter((line) => line.type === type);
  }

  readonly plan = { region: 'eu', channelClass: 'STANDARD' } as const;

  readonly emit = (name: EventName, fields: object): void => {
    this.logged.push({ name, fields: fields as Readonly<Record<string, unknown>> });
  };

  readonly store: ChannelStore = {
    getDocument: async <Kind extends DocumentKind>() =>
      structuredClone(this.#document) as StreamDocument<Kind> | undefined,
    putDocument: async <Kind extends DocumentKind>(document: StreamDocument<Kind>) => {
      const found = this.#document?.version ?? 0;
      if (this.stream === undefined || document.version !== found)
        throw new ConditionFailedError('another version');
      const next = { ...structuredClone(document), version: found + 1 };
      this.#document = next as unknown as StreamDocument<'channel'>;
      return next;
    },
    listOpenDocuments: async () => ({ streamIds: this.isOpen ? [streamId] : [] }),
    getStream: async () => this.stream,
    getLease: async () => {
      if (this.standInLives) this.lease = { ...this.lease, version: this.lease.version + 1 };
      return this.lease;
    },
    getBroadcast: async () => this.broadcast,
    appendEvent: async (event) => {
      this.journal.push(event);
    },
  };

  #change(change: (body: ManagedChannel | undefined) => ManagedChannel | undefined): void {
    const body = change(this.#document?.body);
    if (!body) return;
    const version = (this.#document?.version ?? 0) + 1;
    this.#document = { streamId, kind: 'channel', open: isOpen(body), version, body };
  }

  #writePlaylists({ destinations, ladder }: ChannelPlan): void {
    for (const destination of destinations) {
      const variants = ladder.video.map(({ id }) => `index${renditionModifier(id)}.m3u8`);
      const sound = `index${renditionModifier('audio')}.m3u8`;
      const folder = destination.slice(0, destination.lastIndexOf('/') + 1);
      for (const name of [...variants, sound]) this.objects.write(folder + name, '#EXTM3U\n');
      this.objects.write(
        `${destination}.m3u8`,
        [
          '#EXTM3U',
          '#EXT-X-VERSION:6',
          `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="sound",NAME="sound",URI="${sound}"`,
          ...variants.flatMap((name) => ['#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO="sound"', name]),
          '',
        ].join('\n'),
      );
    }
  }
}

/** Objects with ETags and conditions, as S3 has them. */
export class MemoryObjects implements Pick<ObjectStore, 'get' | 'put' | 'delete'> {
  readonly #objects = new Map<string, StoredObject>();
  #writes = 0;

  /** Without a condition, as MediaLive writes. */
  write(key: string, text: string): void {
    this.#objects.set(key, {
      body: Buffer.from(text),
      etag: `"${++this.#writes}"`,
      contentType: 'application/vnd.apple.mpegurl',
      cacheControl: '',
    });
  }

  text(key: string): string | undefined {
    return this.#objects.get(key)?.body.toString();
  }

  async get(key: string): Promise<StoredObject | undefined> {
    return this.#objects.get(key);
  }

  async put(key: string, body: Uint8Array, options: PutOptions): Promise<{ etag: string }> {
    const found = this.#objects.get(key);
    const holds = options.ifMatch === undefined ? found === undefined : found?.etag === options.ifMatch;
    if (!holds) throw new PreconditionFailedError(key);
    const { contentType, cacheControl } = options;
    const etag = `"${++this.#writes}"`;
    this.#objects.set(key, { body: Buffer.from(body), etag, contentType, cacheControl });
    return { etag };
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(key);
  }
}

/** The same port, with a gate before and after each of its calls. */
function gated<Port extends object>(port: Port, gate: Gate): Port {
  return new Proxy(port, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return async (...parameters: unknown[]) => {
        await gate('before');
        const result: unknown = await member.apply(target, parameters);
        await gate('after');
        return result;
      };
    },
  });
}
