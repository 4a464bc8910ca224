import { InvalidationsBusyError } from '../../../lib/control/policy/errors.ts';
import {
  TakedownRunner,
  type TakedownRunnerOptions,
} from '../../../lib/control/takedowns/takedown-runner.ts';
import type { DocumentKind, StreamDocument } from '../../../lib/control-store/documents.ts';
import { ConditionFailedError } from '../../../lib/control-store/errors.ts';
import type { ManagedChannel } from '../../../lib/control-store/managed/managed-channel.ts';
import type { LeaseRecord, StreamEventRecord, StreamRecord } from '../../../lib/control-store/records.ts';
import type { BroadcastId, MemberId } from '../../../lib/routing/ids.ts';
import { newStreamId } from '../../../lib/routing/ids.ts';

export const streamId = newStreamId();
export const path = `local/${streamId}`;
const open = `${path}/`;
const dark = `quarantine/${open}`;

/** Stands before and after every call of a program: where it is held up, or killed. */
export type Gate = (call: string) => Promise<void>;
const straightOn: Gate = async () => {};

/** A stream with its record, lease, worker, recording and edge, in memory, and programs that take it down and restore it. */
export class TakedownWorld {
  nowMs = 1_000_000;
  stream: StreamRecord | undefined = {
    id: streamId,
    name: 'x',
    createdAtMs: 1,
    reconnectWindowMs: 0,
    keys: [],
    version: 1,
  };
  document: StreamDocument<'takedown'> | undefined;
  channel: { body: ManagedChannel } | undefined;
  lease: LeaseRecord | undefined;
  readonly events: StreamEventRecord[] = [];
  readonly denied = new Set<string>();
  readonly objects = new Set<string>();
  /** Each is done once it was asked about so often. */
  readonly invalidations = new Map<string, { id: string; asked: number }>();
  busyInvalidations = false;
  /** What was asked of the ports, and what changed something. */
  readonly calls: string[] = [];
  writes = 0;
  /** What must never be. */
  readonly violations: string[] = [];
  /** Calls, by name, that fail for now. */
  readonly failing = new Map<string, Error>();
  readonly log: { name: string; fields: object }[] = [];
  #objectNumber = 0;

  get state(): object {
    const { takenDown } = this.stream ?? {};
    const { askedAtMs = 0 } = this.document?.body ?? {};
    const last = this.events.at(-1);
    return {
      open: this.document?.open,
      direction: this.document?.body.direction,
      runner: this.document?.body.runner,
      takenDown: takenDown?.reason,
      denied: [...this.denied],
      released: this.lease?.released,
      readable: this.inOpen,
      // Who was about to tell of the other direction as it turned may still have done so.
      told: this.events
        .filter(({ type, atMs }) => type === last?.type && atMs >= askedAtMs)
        .map(({ type }) => type),
    };
  }

  get inOpen(): number {
    return [...this.objects].filter((key) => key.startsWith(open)).length;
  }

  get inQuarantine(): number {
    return this.objects.size - this.inOpen;
  }

  /** A worker takes the stream. */
  goOnAir(workerId = 'encoder-1'): void {
    const { epoch = 0, version = 0 } = this.lease ?? {};
    this.lease = {
      streamId,
      workerId: workerId as MemberId,
      epoch: epoch + 1,
      version: version + 1,
      broadcastId: `b${epoch}` as BroadcastId,
      released: false,
      endRequested: false,
    };
  }

  /** The worker renews, and writes a segment; it lets go once it was asked to. */
  work(epoch: number, letsGo = true): void {
    if (!this.lease || this.lease.released || this.lease.epoch !== epoch) return;
    this.objects.add(`${open}b/360p/${this.#objectNumber++}.m4s`);
    const released = letsGo && this.lease.endRequested;
    this.lease = { ...this.lease, version: this.lease.version + 1, released };
  }

  program(id: string, gate: Gate = straightOn, more: Partial<TakedownRunnerOptions> = {}): TakedownRunner {
    const call = async <Value>(name: string, effect: () => Value): Promise<Value> => {
      this.calls.push(name);
      await gate(`${id} ${name}`);
      const fault = this.failing.get(name);
      if (fault) throw fault;
      const value = effect();
      await gate(`${id} ${name} done`);
      return value;
    };
    const wrote = (): void => {
      this.writes++;
    };
    const lease = (): LeaseRecord => {
      if (!this.lease) throw new Error('no lease');
      return this.lease;
    };
    return new TakedownRunner({
      id: id as MemberId,
      region: 'local',
      clock: { nowMs: () => this.nowMs, wallMs: () => this.nowMs },
      emit: (name, fields) => void this.log.push({ name, fields }),
      random: () => 0.5,
      pause: async (ms) => {
        this.nowMs += ms;
        await gate(`${id} pause`);
      },
      store: {
        getStream: () => call('getStream', () => this.stream),
        updateStream: (stream) =>
          call('updateStream', () => {
            if (stream.version !== this.stream?.version) throw new ConditionFailedError('stream');
            if (!stream.takenDown && this.denied.size > 0) this.violations.push('let in while denied');
            wrote();
            this.stream = { ...stream, version: stream.version + 1 };
            return this.stream;
          }),
        getDocument: ((_: unknown, kind: DocumentKind) =>
          call('getDocument', () => (kind === 'takedown' ? this.document : this.channel))) as never,
        putDocument: ((document: StreamDocument<'takedown'>) =>
          call('putDocument', () => {
            if (document.version !== (this.document?.version ?? 0))
              throw new ConditionFailedError('document');
            wrote();
            this.document = { ...document, version: document.version + 1 };
            return this.document;
          })) as never,
        listOpenDocuments: () =>
          call('listOpenDocuments', () => ({ streamIds: this.document?.open ? [streamId] : [] })),
        getLease: () => call('getLease', () => this.lease),
        takeLease: ({ workerId, broadcastId, observed }) =>
          call('takeLease', () => {
            if (observed?.version !== this.lease?.version) throw new ConditionFailedError('lease');
            wrote();
            this.goOnAir(workerId);
            this.lease = { ...lease(), broadcastId };
            return lease();
          }),
        releaseLease: ({ workerId, epoch }) =>
          call('releaseLease', () => {
            if (lease().workerId !== workerId || lease().epoch !== epoch) return;
            wrote();
            this.lease = { ...lease(), released: true };
          }),
        requestEnd: (_, broadcastId) =>
          call('requestEnd', () => {
            if (lease().released || lease().broadcastId !== broadcastId)
              throw new ConditionFailedError('end');
            wrote();
            this.lease = { ...lease(), endRequested: true, version: lease().version + 1 };
          }),
        appendEvent: (event) =>
          call('appendEvent', () => {
            wrote();
            this.events.push({ ...event, sequence: this.events.length + 1 });
          }),
        listEvents: () => call('listEvents', () => this.events),
      },
      denials: {
        deny: (each) =>
          call('deny', () => {
            if (this.denied.has(each)) return;
            wrote();
            this.denied.add(each);
          }),
        allow: (each) =>
          call('allow', () => {
            if (!this.denied.has(each)) return;
            wrote();
            if (this.inQuarantine > 0) this.violations.push('allowed before the recording was back');
            this.denied.delete(each);
          }),
        isDenied: (each) => call('isDenied', () => this.denied.has(each)),
      },
      invalidations: {
        request: (_, reference) =>
          call('request', () => {
            const known = this.invalidations.get(reference);
            if (!known && this.busyInvalidations) throw new InvalidationsBusyError('15 are under way');
            const made = known ?? { id: `I-${reference}`, asked: 0 };
            if (!known) wrote();
            this.invalidations.set(reference, made);
            return { id: made.id };
          }),
        isDone: (id) =>
          call('isDone', () => {
            const one = [...this.invalidations.values()].find((each) => each.id === id);
            if (!one) throw new Error(`there is no invalidation ${id}`);
            return ++one.asked > 2;
          }),
      },
      objects: {
        delete: (key) => call('delete', () => void this.objects.delete(key)),
        list: (prefix, { limit }) =>
          call('list', () => {
            const keys = [...this.objects].filter((key) => key.startsWith(prefix)).sort();
            return { keys: keys.slice(0, limit), more: keys.length > limit };
          }),
        move: (from, to) =>
          call('move', () => {
            if (!this.objects.delete(from)) return;
            wrote();
            if (to.startsWith(dark) && this.lease && !this.lease.released) {
              this.violations.push('moved while a worker writes');
            }
            this.objects.add(to);
          }),
      },
      ...more,
    });
  }
}
