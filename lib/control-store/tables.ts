import { uniform } from '../routing/rendezvous.ts';
import type { FleetRole } from './records.ts';

/**
 * The four DynamoDB tables of the control store. The adapter reads and writes by this description; the CDK and the emulator create
 * the tables from it. Each region has its own. An item holds the fields of its record (records.ts) as attributes, plus the
 * attributes named here.
 */
export interface TableDescription {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly indexes: readonly IndexDescription[];
  /** Attribute with the Unix time, in seconds, after which DynamoDB deletes the item. */
  readonly expiryAttribute?: string;
  /** What the table's DynamoDB stream contains, if it has one. */
  readonly streamView?: 'NEW_IMAGE';
}

/** A global secondary index. It holds the items that have both of its key attributes. */
export interface IndexDescription {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
  /** Projected attributes: all, or only the keys of table and index. DynamoDB writes to the index when one of them changes. */
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'string' | 'number';
}

const streamId: KeyAttribute = { name: 'streamId', type: 'string' };

/** Keyed by the suffix of the table's name. */
export const controlTables = {
  /**
   * A stream under the sort key `stream`, its broadcasts under `broadcast#<id>`, its other documents under `document#<kind>`, and
   * the number of its last event (`lastSequence`) under `events`. Beside streams, what a caller has done lately is under the partition
   * `quota#<subject>`, requests with an Idempotency-Key under `request#<id>` until they expire, and that the budget is spent under
   * `platform#budget`. Only those requests carry `expiresAt`.
   *
   * `newest-streams` lists streams by when they were created, which the table can't do because its partitions have no order. Only streams
   * carry `listing`, so it contains nothing else. `streams-by-owner` lists the streams of one owner. Nothing reads `streams-by-id`
   * any more; it leaves with the next change, because CloudFormation adds or removes one index of a table at a time. `open-items` lists, by kind, the broadcasts that have not ended and the documents with
   * work left; only those carry `open`, which is `broadcast` or the document's kind.
   *
   * All items of an index share one partition. A partition takes 1,000 writes a second, and this one is written only when people
   * change streams and when a broadcast begins or ends: a worker's other writes change no key. Index reads are eventually
   * consistent: an item written a moment ago may be missing.
   */
  streams: {
    partitionKey: streamId,
    sortKey: { name: 'item', type: 'string' },
    indexes: [
      {
        name: 'streams-by-id',
        partitionKey: { name: 'listing', type: 'string' },
        sortKey: streamId,
        projection: 'ALL',
      },
      {
        name: 'open-items',
        partitionKey: { name: 'open', type: 'string' },
        sortKey: streamId,
        projection: 'KEYS_ONLY',
      },
      {
        name: 'streams-by-owner',
        partitionKey: { name: 'owner', type: 'string' },
        sortKey: streamId,
        projection: 'KEYS_ONLY',
      },
      {
        name: 'newest-streams',
        partitionKey: { name: 'listing', type: 'string' },
        sortKey: { name: 'createdAtMs', type: 'number' },
        projection: 'ALL',
      },
    ],
    expiryAttribute: 'expiresAt',
  },
  /** One lease for each stream that has ever been on air. */
  leases: { partitionKey: streamId, indexes: [] },
  /**
   * `facts`: what the member reports about itself. A member that died silently stays listed until `expiresAt`. A role's members are
   * spread over `fleetPartitions`: each of them is written, and each proxy reads all of them, every second.
   */
  fleet: {
    partitionKey: { name: 'role', type: 'string' },
    sortKey: { name: 'id', type: 'string' },
    indexes: [],
    expiryAttribute: 'expiresAt',
  },
  /** Items are written once. Each INSERT in the table's stream is a new event, whose fields are the item's. */
  events: {
    partitionKey: streamId,
    sortKey: { name: 'sequence', type: 'number' },
    indexes: [],
    expiryAttribute: 'expiresAt',
    streamView: 'NEW_IMAGE',
  },
} as const satisfies Record<string, TableDescription>;

/**
 * A partition takes 1,000 writes a second, and 6,000 eventually consistent reads of 4 KB. So many hold the largest fleets that a
 * deployment file allows while a deploy runs them twice.
 */
const partitionsPerRole = 16;

/** The values of `role` under which a role's members are. The first is what versions with one partition wrote. */
export const fleetPartitions = (role: FleetRole): readonly string[] =>
  Array.from({ length: partitionsPerRole }, (_, index) => (index === 0 ? role : `${role}#${index}`));

/** The one that holds this member. */
export const fleetPartitionOf = (role: FleetRole, id: string): string =>
  fleetPartitions(role)[Math.floor(uniform(id) * partitionsPerRole)]!;

export type ControlTable = keyof typeof controlTables;

export type ControlIndex = (typeof controlTables)[ControlTable]['indexes'][number]['name'];

export const controlTableNames = Object.keys(controlTables) as readonly ControlTable[];

/** A table's name on AWS. `prefix` is the deployment's name. */
export const physicalName = (prefix: string, table: ControlTable): string => `${prefix}-${table}`;
