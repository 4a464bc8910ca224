/**
 * The control store's tables, as migrations from one schema version (`user_version`) to the next. Released migrations are never
 * edited; a change is a new migration. Columns hold what conditions and sorting need; `body` holds the whole record.
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
  // Contains only the few open ones, whichever version wrote them, because the condition reads the record itself.
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
  // Contains only streams with an owner. `quotas` keeps one row for each caller.
  `
  CREATE INDEX owned_streams ON streams (body ->> '$.owner', id) WHERE body ->> '$.owner' IS NOT NULL;

  CREATE TABLE quotas (
    subject TEXT PRIMARY KEY,
    period INTEGER NOT NULL,
    uses INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // One row at most.
  `
  CREATE TABLE budget_stop (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    version INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  `,
  // Streams by when they were created, newest first: all of them, and those of an owner. `requests`: those with an Idempotency-Key.
  `
  CREATE INDEX newest_streams ON streams (body ->> '$.createdAtMs', id);

  DROP INDEX owned_streams;
  CREATE INDEX owned_streams ON streams (body ->> '$.owner', body ->> '$.createdAtMs', id)
    WHERE body ->> '$.owner' IS NOT NULL;

  CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    holder TEXT NOT NULL,
    until_ms INTEGER NOT NULL,
    answer TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE INDEX expiring_requests ON requests (until_ms);
  `,
];
