import type { DocumentKind, StreamDocument } from '../../../control-store/documents.ts';
import { ConditionFailedError } from '../../../control-store/errors.ts';
import type { DocumentStore } from '../../../control-store/ports.ts';
import type { StreamId } from '../../../routing/ids.ts';
import type { SqliteDatabase } from './sqlite-database.ts';

export function sqliteDocumentStore(database: SqliteDatabase): DocumentStore {
  return {
    getDocument: <Kind extends DocumentKind>(streamId: StreamId, kind: Kind) =>
      database.run((prepare) => {
        const row = prepare('SELECT body FROM documents WHERE stream_id = ? AND kind = ?').get(
          streamId,
          kind,
        );
        return row && (JSON.parse(String(row.body)) as StreamDocument<Kind>);
      }),
    putDocument: (document) =>
      database.run((prepare) => {
        const next = { ...document, version: document.version + 1 };
        const { streamId, kind, version } = next;
        const open = next.open ? 1 : 0;
        const { changes } =
          document.version === 0
            ? prepare(
                `INSERT INTO documents (stream_id, kind, version, open, body) VALUES (?, ?, ?, ?, ?)
                 ON CONFLICT DO NOTHING`,
              ).run(streamId, kind, version, open, JSON.stringify(next))
            : prepare(
                `UPDATE documents SET version = ?, open = ?, body = ?
                 WHERE stream_id = ? AND kind = ? AND version = ?`,
              ).run(version, open, JSON.stringify(next), streamId, kind, document.version);
        if (Number(changes) === 0) {
          throw new ConditionFailedError(
            `The ${kind} document of ${streamId} is no longer at version ${document.version}.`,
          );
        }
        return next;
      }),
    deleteDocument: ({ streamId, kind, version }) =>
      database.run((prepare) => {
        const { changes } = prepare(
          'DELETE FROM documents WHERE stream_id = ? AND kind = ? AND version = ?',
        ).run(streamId, kind, version);
        if (Number(changes) === 0) {
          throw new ConditionFailedError(
            `The ${kind} document of ${streamId} is no longer at version ${version}.`,
          );
        }
      }),
    listOpenDocuments: (kind, { limit, cursor = '' }) =>
      database.run((prepare) => {
        const rows = prepare(
          'SELECT stream_id FROM documents WHERE open = 1 AND kind = ? AND stream_id > ? ORDER BY stream_id LIMIT ?',
        ).all(kind, cursor, limit + 1);
        const streamIds = rows.slice(0, limit).map((row) => row.stream_id as StreamId);
        const last = streamIds.at(-1);
        return rows.length > limit && last ? { streamIds, cursor: last } : { streamIds };
      }),
  };
}
