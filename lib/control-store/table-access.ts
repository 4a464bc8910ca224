import type { ControlIndex, ControlTable } from './tables.ts';

/** A program, or a function, that opens the control store. */
export type ControlRole =
  | 'ingest'
  | 'encoder'
  | 'live-origin'
  | 'api'
  | 'takedowns'
  | 'recordings'
  | 'channels'
  | 'metrics'
  | 'budget'
  | 'audience';

export type TableAction =
  | 'dynamodb:BatchWriteItem'
  | 'dynamodb:DeleteItem'
  | 'dynamodb:GetItem'
  | 'dynamodb:PutItem'
  | 'dynamodb:Query'
  | 'dynamodb:UpdateItem';

export interface TableAccess {
  readonly table: readonly TableAction[];
  /** The indexes it queries. */
  readonly queries?: readonly ControlIndex[];
}

/**
 * Exactly what each role's calls to the control store need. A transaction needs the actions of its parts. The adapter's system test
 * compares this table with the requests the adapter makes.
 */
export const tableAccess: Readonly<
  Record<ControlRole, Readonly<Partial<Record<ControlTable, TableAccess>>>>
> = {
  ingest: {
    // PutItem: push states; UpdateItem: the number of the last event.
    streams: { table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] },
    leases: { table: ['dynamodb:GetItem'] },
    fleet: { table: ['dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:UpdateItem'] },
    // DeleteItem: removes the oldest event to make room for a new one.
    events: { table: ['dynamodb:DeleteItem', 'dynamodb:PutItem'] },
  },
  encoder: {
    streams: {
      // UpdateItem: the number of the last event.
      table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      queries: ['open-items'],
    },
    leases: { table: ['dynamodb:GetItem', 'dynamodb:UpdateItem'] },
    fleet: { table: ['dynamodb:DeleteItem', 'dynamodb:Query', 'dynamodb:UpdateItem'] },
    // DeleteItem: removes the oldest event to make room for a new one.
    events: { table: ['dynamodb:DeleteItem', 'dynamodb:PutItem'] },
  },
  /** Finds the worker of a stream, as a proxy does, and changes nothing. */
  'live-origin': { leases: { table: ['dynamodb:GetItem'] }, fleet: { table: ['dynamodb:Query'] } },
  api: {
    streams: {
      table: [
        'dynamodb:BatchWriteItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      // open-items: which streams are on air.
      queries: ['open-items', 'streams-by-owner', 'newest-streams'],
    },
    leases: { table: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'] },
    fleet: { table: ['dynamodb:Query'] },
    events: {
      table: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    },
  },
  /** The function that finishes takedowns and deletions. */
  takedowns: {
    streams: {
      table: [
        'dynamodb:BatchWriteItem',
        'dynamodb:DeleteItem',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
      ],
      queries: ['open-items'],
    },
    leases: { table: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'] },
    events: {
      table: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:Query'],
    },
  },
  /** The function that writes downloads. */
  recordings: {
    streams: {
      table: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem'],
      queries: ['open-items'],
    },
  },
  /** The function that drives managed channels. */
  channels: {
    streams: {
      table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      queries: ['open-items'],
    },
    leases: { table: ['dynamodb:GetItem'] },
    events: { table: ['dynamodb:DeleteItem', 'dynamodb:PutItem'] },
  },
  /** The function that measures the fleets. */
  metrics: { fleet: { table: ['dynamodb:Query'] } },
  /** The function that refuses new broadcasts when the budget is spent. */
  budget: { streams: { table: ['dynamodb:GetItem', 'dynamodb:PutItem'] } },
  /** The function that counts viewers. */
  audience: { streams: { table: ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'] } },
};
