import { defaultKeptEvents } from '../../../config/defaults.ts';
import { ConditionFailedError } from '../../../control-store/errors.ts';
import type {
  BroadcastStore,
  ControlStore,
  FleetStore,
  LeaseStore,
  QuotaStore,
  StreamEventStore,
  StreamStore,
} from '../../../control-store/ports.ts';
import type {
  BroadcastRecord,
  BroadcastReference,
  FleetMember,
  LeaseRecord,
  StreamEventRecord,
  StreamPosition,
  StreamRecord,
} from '../../../control-store/records.ts';
import type { BroadcastId, MemberId, StreamId } from '../../../routing/ids.ts';
import { sqliteBudgetStore } from './sqlite-budget-store.ts';
import { controlSchema } from './sqlite-control-schema.ts';
import { openSqliteDatabase, type SqliteDatabase } from './sqlite-database.ts';
import { sqliteDocumentStore } from './sqlite-document-store.ts';
import { sqliteIdempotencyStore } from './sqlite-idempotency-store.ts';

/**
 * The control store in one SQLite file shared by all processes on a machine. Each conditional write is a single statement, so
 * SQLite's write lock decides every race. Throws like `openSqliteDatabase`; methods throw as documented by `ControlStore`.
 */
export function openSqliteControlStore(path: string): ControlStore & { close(): void } {
  const database = openSqliteDatabase(path, controlSchema);
  return {
    ...streamStore(database),
    ...sqliteDocumentStore(database),
    ...broadcastStore(database),
    ...leaseStore(database),
    ...fleetStore(database),
    ...quotaStore(database),
    ...sqliteIdempotencyStore(database),
    ...sqliteBudgetStore(database),
    ...eventStore(database),
    close: () => database.close(),
  };
}

function streamStore(database: SqliteDatabase): StreamStore {
  return {
    createStream: (stream) =>
      database.run((prepare) => {
        const { changes } = prepare(
          'INSERT INTO streams (id, version, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
        ).run(stream.id, stream.version, JSON.stringify(stream));
        demand(changes, `Stream ${stream.id} already exists.`);
      }),
    getStream: (id) =>
      database.run((prepare) => body<StreamRecord>(prepare('SELECT body FROM streams WHERE id = ?').get(id))),
    listStreams: ({ limit, after, owner }) =>
      database.run((prepare) => {
        // Written as in the indexes newest_streams and owned_streams, which SQLite would not use otherwise.
        const ofOwner = owner === undefined ? '' : "body ->> '$.owner' = ? AND ";
        const { createdAtMs, id } = after ?? { createdAtMs: Number.MAX_SAFE_INTEGER, id: '' };
        const rows = prepare(
          `SELECT body FROM streams WHERE ${ofOwner}(body ->> '$.createdAtMs', id) < (?, ?)
           ORDER BY body ->> '$.createdAtMs' DESC, id DESC LIMIT ?`,
        ).all(...(owner === undefined ? [] : [owner]), createdAtMs, id, limit + 1);
        const streams = bodies<StreamRecord>(rows).slice(0, limit);
        const last = streams.at(-1);
        return rows.length > limit && last ? { streams, next: positionOf(last) } : { streams };
      }),
    updateStream: (stream) =>
      database.run((prepare) => {
        const next = { ...stream, version: stream.version + 1 };
        const { changes } = prepare(
          'UPDATE streams SET version = ?, body = ? WHERE id = ? AND version = ?',
        ).run(next.version, JSON.stringify(next), stream.id, stream.version);
        demand(changes, `Stream ${stream.id} is no longer at version ${stream.version}.`);
        return next;
      }),
    deleteStream: (id) =>
      database.transact((prepare) => {
        prepare('DELETE FROM streams WHERE id = ?').run(id);
        prepare("DELETE FROM documents WHERE stream_id = ? AND kind <> 'deletions'").run(id);
        for (const table of ['broadcasts', 'leases', 'events']) {
          prepare(`DELETE FROM ${table} WHERE stream_id = ?`).run(id);
        }
      }),
  };
}

function broadcastStore(database: SqliteDatabase): BroadcastStore {
  const newest = 'SELECT body FROM broadcasts WHERE stream_id = ? ORDER BY id DESC LIMIT ?';
  const older = 'SELECT body FROM broadcasts WHERE stream_id = ? AND id < ? ORDER BY id DESC LIMIT ?';
  return {
    putBroadcast: (broadcast) =>
      database.run((prepare) => {
        const { changes } = prepare(
          `INSERT INTO broadcasts (stream_id, id, epoch, body) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET epoch = excluded.epoch, body = excluded.body WHERE excluded.epoch >= epoch`,
        ).run(broadcast.streamId, broadcast.id, broadcast.epoch, JSON.stringify(broadcast));
        demand(
          changes,
          `Broadcast ${broadcast.id} was already written by an epoch newer than ${broadcast.epoch}.`,
        );
      }),
    latestBroadcast: (streamId) =>
      database.run((prepare) => body<BroadcastRecord>(prepare(newest).get(streamId, 1))),
    getBroadcast: (streamId, id) =>
      database.run((prepare) =>
        body<BroadcastRecord>(
          prepare('SELECT body FROM broadcasts WHERE stream_id = ? AND id = ?').get(streamId, id),
        ),
      ),
    listBroadcasts: (streamId, limit, before) =>
      database.run((prepare) =>
        bodies<BroadcastRecord>(
          before === undefined
            ? prepare(newest).all(streamId, limit)
            : prepare(older).all(streamId, before, limit),
        ),
      ),
    deleteBroadcast: (streamId, id) =>
      database.run((prepare) => {
        prepare('DELETE FROM broadcasts WHERE stream_id = ? AND id = ?').run(streamId, id);
      }),
    listOpenBroadcasts: ({ limit, cursor = '' }) =>
      database.run((prepare) => {
        // SQLite uses the index only if the condition matches its definition literally; otherwise this would scan all broadcasts.
        const rows = prepare(
          `SELECT stream_id, id FROM broadcasts INDEXED BY open_broadcasts
           WHERE body ->> '$.state' <> 'ended' AND stream_id > ? ORDER BY stream_id LIMIT ?`,
        ).all(cursor, limit + 1);
        const broadcasts = rows.slice(0, limit).map(referenceOf);
        const last = broadcasts.at(-1);
        return rows.length > limit && last ? { broadcasts, cursor: last.streamId } : { broadcasts };
      }),
  };
}

function leaseStore(database: SqliteDatabase): LeaseStore {
  return {
    getLease: (streamId) =>
      database.run((prepare) => {
        const row = prepare('SELECT * FROM leases WHERE stream_id = ?').get(streamId);
        return row && leaseOf(row);
      }),
    takeLease: ({ streamId, workerId, broadcastId, observed }) =>
      database.run((prepare) => {
        const rows = observed
          ? prepare(
              `UPDATE leases SET worker_id = ?1, broadcast_id = ?2, epoch = epoch + 1, version = version + 1, released = 0,
               end_requested = iif(broadcast_id = ?2, end_requested, 0) WHERE stream_id = ?3 AND version = ?4 RETURNING *`,
            ).all(workerId, broadcastId, streamId, observed.version)
          : prepare(
              `INSERT INTO leases (worker_id, broadcast_id, stream_id, epoch, version, released, end_requested)
               VALUES (?, ?, ?, 1, 1, 0, 0) ON CONFLICT DO NOTHING RETURNING *`,
            ).all(workerId, broadcastId, streamId);
        return leaseOf(granted(rows, `The lease of ${streamId} has changed since it was observed.`));
      }),
    renewLease: ({ streamId, workerId, epoch }) =>
      database.run((prepare) => {
        const rows = prepare(
          `UPDATE leases SET version = version + 1
           WHERE stream_id = ? AND worker_id = ? AND epoch = ? AND released = 0 RETURNING *`,
        ).all(streamId, workerId, epoch);
        return leaseOf(
          granted(rows, `${workerId} does not hold the lease of ${streamId} for epoch ${epoch}.`),
        );
      }),
    releaseLease: ({ streamId, workerId, epoch }) =>
      database.run((prepare) => {
        prepare(
          `UPDATE leases SET version = version + 1, released = 1
           WHERE stream_id = ? AND worker_id = ? AND epoch = ? AND released = 0`,
        ).run(streamId, workerId, epoch);
      }),
    requestEnd: (streamId, broadcastId) =>
      database.run((prepare) => {
        // Don't raise the version: it is the holder's sign of life, and this is not the holder.
        const { changes } = prepare(
          'UPDATE leases SET end_requested = 1 WHERE stream_id = ? AND broadcast_id = ? AND released = 0',
        ).run(streamId, broadcastId);
        demand(changes, `No worker holds the lease for broadcast ${broadcastId} of ${streamId}.`);
      }),
  };
}

function fleetStore(database: SqliteDatabase): FleetStore {
  return {
    heartbeat: (member) =>
      database.run((prepare) => {
        prepare(
          `INSERT INTO fleet (role, id, version, body) VALUES (?, ?, 1, ?)
           ON CONFLICT DO UPDATE SET version = version + 1, body = excluded.body`,
        ).run(member.role, member.id, JSON.stringify(member));
      }),
    listFleet: (role) =>
      database.run((prepare) =>
        prepare('SELECT version, body FROM fleet WHERE role = ? ORDER BY id')
          .all(role)
          .map((row): FleetMember => ({ ...JSON.parse(String(row.body)), version: Number(row.version) })),
      ),
    removeMember: (role, id) =>
      database.run((prepare) => {
        prepare('DELETE FROM fleet WHERE role = ? AND id = ?').run(role, id);
      }),
  };
}

function quotaStore(database: SqliteDatabase): QuotaStore {
  return {
    countUse: ({ subject, window, most }) =>
      database.run((prepare) => {
        const { changes } = prepare(
          `INSERT INTO quotas (subject, period, uses) SELECT ?1, ?2, 1 WHERE ?3 > 0
           ON CONFLICT DO UPDATE SET period = ?2, uses = iif(period = ?2, uses + 1, 1)
           WHERE period < ?2 OR (period = ?2 AND uses < ?3)`,
        ).run(subject, window, most);
        return Number(changes) > 0;
      }),
  };
}

function eventStore(database: SqliteDatabase): StreamEventStore {
  return {
    appendEvent: (event) =>
      database.transact((prepare) => {
        const [row] = prepare(
          `INSERT INTO events (stream_id, sequence, body)
           SELECT ?1, coalesce(max(sequence), 0) + 1, ?2 FROM events WHERE stream_id = ?1 RETURNING sequence`,
        ).all(event.streamId, JSON.stringify(event));
        prepare('DELETE FROM events WHERE stream_id = ? AND sequence <= ?').run(
          event.streamId,
          // Older ones go as new ones come.
          Number(row?.sequence) - defaultKeptEvents,
        );
      }),
    listEvents: (streamId, { after, before = Number.MAX_SAFE_INTEGER, limit }) =>
      database.run((prepare) => {
        const columns = 'SELECT sequence, body FROM events WHERE stream_id = ?';
        const rows =
          after === undefined
            ? prepare(`${columns} AND sequence < ? ORDER BY sequence DESC LIMIT ?`)
                .all(streamId, before, limit)
                .reverse()
            : prepare(`${columns} AND sequence > ? ORDER BY sequence LIMIT ?`).all(streamId, after, limit);
        return rows.map(
          (row): StreamEventRecord => ({ ...JSON.parse(String(row.body)), sequence: Number(row.sequence) }),
        );
      }),
  };
}

type Row = Readonly<Record<string, unknown>>;

/** Parses a whole record; unchecked, because only this file writes it. */
const body = <T>(row: Row | undefined): T | undefined => (row ? JSON.parse(String(row.body)) : undefined);
const bodies = <T>(rows: readonly Row[]): T[] => rows.map((row) => JSON.parse(String(row.body)));

const positionOf = ({ createdAtMs, id }: StreamRecord): StreamPosition => ({ createdAtMs, id });

const referenceOf = (row: Row): BroadcastReference => ({
  streamId: row.stream_id as StreamId,
  id: row.id as BroadcastId,
});

function leaseOf(row: Row): LeaseRecord {
  return {
    streamId: row.stream_id as StreamId,
    workerId: row.worker_id as MemberId,
    epoch: Number(row.epoch),
    version: Number(row.version),
    broadcastId: row.broadcast_id as BroadcastId,
    released: row.released === 1,
    endRequested: row.end_requested === 1,
  };
}

function demand(changes: number | bigint, refusal: string): void {
  if (Number(changes) === 0) throw new ConditionFailedError(refusal);
}

/**
 * The row that a write returned. Run such writes with `all`, never with `get`: `get` stops at the first row, before the commit,
 * so a failing commit (disk full) would go unnoticed.
 */
function granted([row]: readonly Row[], refusal: string): Row {
  if (!row) throw new ConditionFailedError(refusal);
  return row;
}
