import { openSqliteControlStore } from '../../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import {
  DeletionRunner,
  type DeletionRunnerOptions,
} from '../../../lib/control/deletions/deletion-runner.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import { PreconditionFailedError } from '../../../lib/object-store/errors.ts';
import {
  type BroadcastId,
  type MemberId,
  newBroadcastId,
  newStreamId,
  type StreamId,
} from '../../../lib/routing/ids.ts';

/** A store, an edge and objects, in memory, and runners that delete from them. */
export class DeletionWorld {
  wallMs = 1_790_000_000_000;
  upMs = 1_000;
  readonly store: ControlStore = openSqliteControlStore(':memory:');
  readonly denied = new Set<string>();
  readonly objects = new Map<string, string>();
  readonly invalidated: string[] = [];
  readonly log: string[] = [];
  /** Calls, by name, that fail for now. */
  readonly failing = new Set<string>();
  /** Each call of a port counts; the one at this number, and all after it, find the program dead. */
  diesAt = Number.POSITIVE_INFINITY;
  calls = 0;

  /** A stream with two ended broadcasts and their recordings; the manifests are those of the second. */
  async stream(): Promise<{ streamId: StreamId; first: BroadcastId; second: BroadcastId }> {
    const streamId = newStreamId();
    await this.store.createStream({
      id: streamId,
      name: 'x',
      createdAtMs: 1,
      reconnectWindowMs: 0,
      keys: [],
      version: 1,
    });
    const [first, second] = [newBroadcastId(1), newBroadcastId(2)];
    for (const id of [first, second]) {
      const facts = { startedAtMs: 1, workerId: 'encoder-1' as MemberId, epoch: 1, renditions: [] };
      await this.store.putBroadcast({ id, streamId, state: 'ended', ...facts });
      for (const name of ['index.m3u8', 'manifest.mpd', '360p/1.m4s', '360p/2.m4s']) {
        this.objects.set(`local/${streamId}/${id}/${name}`, 'media');
      }
    }
    for (const name of ['index.m3u8', 'manifest.mpd', 'poster.jpg', 'storyboard.vtt']) {
      this.objects.set(`local/${streamId}/${name}`, `see ${second}/${name}`);
    }
    return { streamId, first, second };
  }

  below(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  runner(more: Partial<DeletionRunnerOptions> = {}): DeletionRunner {
    const call = async <Value>(name: string, effect: () => Value | Promise<Value>): Promise<Value> => {
      if (++this.calls >= this.diesAt) throw new Error('killed');
      if (this.failing.has(name)) throw new Error(`${name} is away`);
      const value = await effect();
      if (this.calls >= this.diesAt) throw new Error('killed');
      return value;
    };
    const guarded = (store: ControlStore): ControlStore =>
      new Proxy(store, {
        get: (target, name) => {
          const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
          return (...args: unknown[]) => call(String(name), () => method.apply(target, args));
        },
      });
    return new DeletionRunner({
      store: guarded(this.store),
      region: 'local',
      clock: { nowMs: () => this.upMs, wallMs: () => this.wallMs },
      emit: (name) => void this.log.push(name),
      random: () => 0.5,
      pause: async (ms) => {
        this.upMs += ms;
        this.wallMs += ms;
      },
      denials: {
        deny: (path) => call('deny', () => void this.denied.add(path)),
        forget: (path) => call('forget', () => void this.denied.delete(path)),
        isDenied: (path) => call('isDenied', () => this.denied.has(path)),
      },
      invalidations: {
        request: (paths, reference) =>
          call('request', () => {
            this.invalidated.push(...paths);
            return { id: reference };
          }),
        isDone: () => call('isDone', () => true),
      },
      objects: {
        list: (prefix, { limit }) =>
          call('list', () => {
            const keys = this.below(prefix);
            return { keys: keys.slice(0, limit), more: keys.length > limit };
          }),
        move: (from, to) =>
          call('move', () => {
            const body = this.objects.get(from);
            if (body === undefined) return;
            this.objects.set(to, body);
            this.objects.delete(from);
          }),
        get: (key) =>
          call('get', () => {
            const body = this.objects.get(key);
            const head = { etag: `"${body}"`, contentType: '', cacheControl: '' };
            return body === undefined ? undefined : { body: Buffer.from(body), ...head };
          }),
        delete: (key, condition) =>
          call('delete', () => {
            const body = this.objects.get(key);
            if (condition && body !== undefined && condition.ifMatch !== `"${body}"`) {
              throw new PreconditionFailedError('changed');
            }
            this.objects.delete(key);
          }),
        deleteAll: (keys) =>
          call('deleteAll', () => {
            for (const key of keys) this.objects.delete(key);
          }),
      },
      ...more,
    });
  }
}
