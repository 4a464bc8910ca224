/**
 * The four DynamoDB tables of the control store, as facts: the adapter reads and writes by them, the CDK and the emulator
 * make them. Each region has its own. An item is the fields of its record (records.ts) as attributes of their own, and the
 * attributes that are named here.
 */
export interface TableDescription {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  readonly indexes: readonly IndexDescription[];
  /** Attribute with the Unix seconds after which the item goes by itself. */
  readonly expiryAttribute?: string;
  /** What the table's DynamoDB stream shows, where it has one. */
  readonly streamView?: 'NEW_IMAGE';
}

/** A global secondary index. It holds the items that have both of its keys. */
export interface IndexDescription {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
  /** Which attributes: every one, or the keys of table and index. DynamoDB writes to it where one of these changes. */
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

export interface KeyAttribute {
  readonly name: string;
  readonly type: 'string' | 'number';
}

const streamId: KeyAttribute = { name: 'streamId', type: 'string' };

/** By the end of their name. */
export const controlTables = {
  /**
   * A stream under the sort key `stream`, its broadcasts under `broadcast#<id>`, what else stands beside it under
   * `document#<kind>`, and under `events` the number of its last event (`lastSequence`).
   *
   * `streams-by-id` lists streams by id, which the table cannot: its partitions have no order. Only streams carry `listing`,
   * so broadcasts are not in it. `open-items` lists, by what they are, the broadcasts that are not ended and the documents with
   * work left to do; only those carry `open`: `broadcast`, or the kind of the document.
   *
   * All items of an index share one partition. It takes 1,000 writes a second, and it is written when people write streams,
   * and when a broadcast opens or ends: what else its worker writes changes no key. Reading an index is eventually
   * consistent: what was made a moment ago may be missing.
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
    ],
  },
  /** One lease for each stream that was ever on air. */
  leases: { partitionKey: streamId, indexes: [] },
  /** `facts`: what the member says of itself. Who died without a word is listed until `expiresAt`. */
  fleet: {
    partitionKey: { name: 'role', type: 'string' },
    sortKey: { name: 'id', type: 'string' },
    indexes: [],
    expiryAttribute: 'expiresAt',
  },
  /** Items are written once. What leaves the table's stream as INSERT is a new event; its fields are the item's. */
  events: {
    partitionKey: streamId,
    sortKey: { name: 'sequence', type: 'number' },
    indexes: [],
    expiryAttribute: 'expiresAt',
    streamView: 'NEW_IMAGE',
  },
} as const satisfies Record<string, TableDescription>;

export type ControlTable = keyof typeof controlTables;

export type ControlIndex = (typeof controlTables)[ControlTable]['indexes'][number]['name'];

export const controlTableNames = Object.keys(controlTables) as readonly ControlTable[];

/** What AWS calls a table. `prefix` is the name of the deployment. */
export const physicalName = (prefix: string, table: ControlTable): string => `${prefix}-${table}`;
