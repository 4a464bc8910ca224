import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { ControlStoreUnavailableError } from '../../../control-store/errors.ts';
import { pauseMs, type RetryPolicy } from '../../../retry/policy/backoff.ts';
import { retry } from '../../../retry/retry.ts';
import { DataDirNotWritableError } from '../data-dir-error.ts';
import {
  ControlStoreCorruptError,
  ControlStoreTooNewError,
  causeText,
  isBusy,
  isCorrupt,
  isFileFault,
  isNotWritable,
  isSqliteFault,
} from './sqlite-errors.ts';

/** Returns the prepared statement for an SQL text, prepared once. */
export type Prepare = (sql: string) => StatementSync;

/**
 * One SQLite file that several processes open at the same time. node:sqlite is synchronous, so it waits for a lock held by
 * another process only {@link busyTimeoutMs} at a time; the event loop runs between attempts.
 */
export interface SqliteDatabase {
  /**
   * Runs `work`, a single statement, and retries it while the file is locked. Errors of `work` itself are passed on. A lock that
   * persists, or any other SQLite error, becomes a `ControlStoreUnavailableError` with that cause.
   */
  run<T>(work: (prepare: Prepare) => T): Promise<T>;
  /** Like `run`, for several statements that take effect all together or not at all. */
  transact<T>(work: (prepare: Prepare) => T): Promise<T>;
  /** Closes the file; later calls fail as unavailable. Closing twice is not an error. */
  close(): void;
}

/** How long one attempt may block this process. */
const busyTimeoutMs = 5;
/** How long opening may wait for other processes to migrate; nothing else is running yet. */
const openTimeoutMs = 5_000;
/**
 * About 1 s in total, 1.3 s at most: others may take a lease 2 s after its last renewal (see
 * lib/encoder/lease/policy/fence.ts). All pauses are short, so that a lease is renewed soon after a lock is released.
 */
const whileLocked = {
  firstMs: 5,
  longestMs: 120,
  jitter: 0.25,
  tries: 13,
} as const satisfies RetryPolicy;
const whileOthersOpen: RetryPolicy = { firstMs: 15, longestMs: 15, jitter: 0.6 };

/**
 * Opens `path` (creating its folder if missing; `:memory:` is private to the caller) and upgrades it with `migrations`, each of
 * which is the SQL that leads from the schema version of its index to the next. Throws `DataDirNotWritableError`,
 * `ControlStoreCorruptError` or `ControlStoreTooNewError`.
 */
export function openSqliteDatabase(path: string, migrations: readonly string[]): SqliteDatabase {
  const database = openFile(path, migrations);
  const statements = new Map<string, StatementSync>();
  const prepare: Prepare = (sql) => {
    const known = statements.get(sql);
    if (known) return known;
    const made = database.prepare(sql);
    statements.set(sql, made);
    return made;
  };

  async function run<T>(work: (prepare: Prepare) => T): Promise<T> {
    try {
      return await retry(() => work(prepare), whileLocked, { again: isLocked });
    } catch (cause) {
      if (!isSqliteFault(cause)) throw cause;
      const trouble = isBusy(cause) ? `stayed locked for ${whileLocked.tries} attempts` : 'returned an error';
      throw new ControlStoreUnavailableError(`The control store ${trouble}.`, { cause });
    }
  }

  return {
    run,
    transact: (work) => run((prepared) => inTransaction(database, () => work(prepared))),
    close() {
      if (database.isOpen) database.close();
    },
  };
}

const isLocked = (cause: unknown): boolean => isSqliteFault(cause) && isBusy(cause);

/** BEGIN IMMEDIATE takes the write lock first, so that nothing read inside is stale by the time of the write. */
function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function openFile(path: string, migrations: readonly string[]): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path, { timeout: openTimeoutMs });
    makeReady(database, path, migrations);
    return database;
  } catch (cause) {
    database?.close();
    if (isCorrupt(cause)) throw new ControlStoreCorruptError(path, cause);
    if (isNotWritable(cause) || isFileFault(cause))
      throw new DataDirNotWritableError(`The control store at ${path}`, causeText(cause), cause);
    if (isBusy(cause))
      throw new ControlStoreUnavailableError(`The control store at ${path} stayed locked.`, { cause });
    throw cause;
  }
}

function makeReady(database: DatabaseSync, path: string, migrations: readonly string[]): void {
  // In WAL mode readers never block the writer. Switching to it fails immediately, without waiting, while others have the file
  // open.
  waitWhileBusy(() => database.exec('PRAGMA journal_mode = WAL'));
  // NORMAL keeps the file consistent through any crash; only a power cut may lose the last commits.
  database.exec('PRAGMA synchronous = NORMAL');
  const faults = database.prepare('PRAGMA quick_check(1)').get();
  if (faults?.quick_check !== 'ok') throw new ControlStoreCorruptError(path, String(faults?.quick_check));
  waitWhileBusy(() => migrate(database, path, migrations));
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
}

/** Runs under the write lock: of several processes starting together, one migrates and the others find it done. */
function migrate(database: DatabaseSync, path: string, migrations: readonly string[]): void {
  inTransaction(database, () => {
    const found = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (found > migrations.length) throw new ControlStoreTooNewError(path, found, migrations.length);
    for (const sql of migrations.slice(found)) database.exec(sql);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** Only while opening: blocks the thread, because nothing else is running yet. `retry` can't do that. */
function waitWhileBusy(work: () => void): void {
  const endsAtMs = performance.now() + openTimeoutMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > endsAtMs) throw error;
    }
    const waitMs = pauseMs(whileOthersOpen, 1, Math.random());
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, waitMs);
  }
}
