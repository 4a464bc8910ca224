import { ConditionFailedError } from '../../lib/control-store/errors.ts';
import type { LeaseStore } from '../../lib/control-store/ports.ts';
import type { BroadcastRecord, FleetMember, LeaseRecord } from '../../lib/control-store/records.ts';
import { PreconditionFailedError } from '../../lib/object-store/errors.ts';
import type { BroadcastId, MemberId } from '../../lib/routing/ids.ts';

type Take = Parameters<LeaseStore['takeLease']>[0];
type Hold = Parameters<LeaseStore['renewLease']>[0];

/** The control store according to its contract, for one stream. Each call takes effect at once. */
export class ControlModel {
  lease: LeaseRecord | undefined;
  readonly #broadcasts = new Map<BroadcastId, BroadcastRecord>();
  readonly fleet = new Map<MemberId, FleetMember>();
  readonly #granted: (lease: LeaseRecord, before: LeaseRecord | undefined) => void;

  /** `granted` is called each time the lease is taken, before anyone else can see it. */
  constructor(granted: (lease: LeaseRecord, before: LeaseRecord | undefined) => void) {
    this.#granted = granted;
  }

  takeLease({ streamId, workerId, broadcastId, observed }: Take): LeaseRecord {
    const before = this.lease;
    if (before?.version !== observed?.version) throw new ConditionFailedError('the lease has changed');
    const epoch = (before?.epoch ?? 0) + 1;
    const version = (before?.version ?? 0) + 1;
    const lease = { streamId, workerId, broadcastId, epoch, version, released: false, endRequested: false };
    this.lease = lease;
    this.#granted(lease, before);
    return lease;
  }

  renewLease(hold: Hold): LeaseRecord {
    const lease = this.#held(hold);
    if (!lease) throw new ConditionFailedError('the lease is not held');
    this.lease = { ...lease, version: lease.version + 1 };
    return this.lease;
  }

  releaseLease(hold: Hold): void {
    const lease = this.#held(hold);
    if (lease) this.lease = { ...lease, version: lease.version + 1, released: true };
  }

  /** The newest one. */
  get broadcast(): BroadcastRecord | undefined {
    let newest: BroadcastRecord | undefined;
    for (const record of this.#broadcasts.values()) if (!newest || record.id > newest.id) newest = record;
    return newest;
  }

  putBroadcast(record: BroadcastRecord): void {
    const before = this.#broadcasts.get(record.id);
    if (before && before.epoch > record.epoch) throw new ConditionFailedError('a newer epoch wrote it');
    this.#broadcasts.set(record.id, record);
  }

  heartbeat(member: Omit<FleetMember, 'version'>): void {
    this.fleet.set(member.id, { ...member, version: (this.fleet.get(member.id)?.version ?? 0) + 1 });
  }

  #held({ workerId, epoch }: Hold): LeaseRecord | undefined {
    const { lease } = this;
    return lease?.workerId === workerId && lease.epoch === epoch && !lease.released ? lease : undefined;
  }
}

export interface WrittenObject {
  readonly body: Buffer;
  readonly etag: string;
  /** Epoch of the worker that wrote it. */
  readonly epoch: number;
}

/** The origin according to its contract. Equal bodies have equal ETags, as in S3. */
export class ObjectModel {
  readonly objects = new Map<string, WrittenObject>();
  readonly #written: (key: string, object: WrittenObject, before: WrittenObject | undefined) => void;

  /** `written` is called for each changed object. */
  constructor(written: (key: string, object: WrittenObject, before: WrittenObject | undefined) => void) {
    this.#written = written;
  }

  put(
    key: string,
    body: Buffer,
    { ifMatch, ifNoneMatch }: { ifMatch?: string; ifNoneMatch?: '*' },
    epoch: number,
  ): { etag: string } {
    const before = this.objects.get(key);
    const holds = ifMatch === undefined ? ifNoneMatch === undefined || !before : before?.etag === ifMatch;
    if (!holds) throw new PreconditionFailedError(key);
    const object = { body, etag: JSON.stringify(body.toString('latin1')), epoch };
    this.objects.set(key, object);
    this.#written(key, object, before);
    return { etag: object.etag };
  }
}
