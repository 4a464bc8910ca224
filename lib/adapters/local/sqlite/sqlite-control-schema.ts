/**
 * The control store's tables, as the steps from one schema version (`user_version`) to the next. A step that has been
 * released is never edited; a change is a new step. Columns hold what conditions and orders need, `body` the whole record.
 */
export const controlSchema: readonly string[] = [
  `
  CREATE TABLE streams (
    id TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE broadcasts (
    stream_id TEXT NOT NULL,
    id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream_id, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE leases (
    stream_id TEXT PRIMARY KEY,
    worker_id TEXT NOT NULL,
    epoch INTEGER NOT NULL,
    version INTEGER NOT NULL,
    broadcast_id TEXT NOT NULL,
    released INTEGER NOT NULL,
    end_requested INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE fleet (
    role TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (role, id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    stream_id TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream_id, sequence)
  ) STRICT, WITHOUT ROWID;
  `,
  // Holds the few that are open, whoever wrote them: the condition reads the record itself.
  `
  CREATE INDEX open_broadcasts ON broadcasts (stream_id, id) WHERE body ->> '$.state' <> 'ended';
  `,
  `
  CREATE TABLE documents (
    stream_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    open INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream_id, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX open_documents ON documents (kind, stream_id) WHERE open = 1;
  `,
];
