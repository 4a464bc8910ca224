import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { ControlStoreUnavailableError } from '../../../control-store/errors.ts';
import {
  ControlStoreCorruptError,
  ControlStoreTooNewError,
  DataDirNotWritableError,
  isBusy,
  isCorrupt,
  isFileFault,
  isNotWritable,
  isSqliteFault,
} from './sqlite-errors.ts';

/** Gives the prepared statement of an SQL text, made once. */
export type Prepare = (sql: string) => StatementSync;

/**
 * One file of embedded tables that several processes open at once. node:sqlite is synchronous, so a lock held by another
 * process is waited for only {@link busyTimeoutMs} at a time; between the tries the event loop runs.
 */
export interface SqliteDatabase {
  /**
   * Runs `work`, one statement, and again while the file is locked. What `work` throws of itself is passed on; a lock that
   * stays, or another fault of SQLite, is a `ControlStoreUnavailableError` with that cause.
   */
  run<T>(work: (prepare: Prepare) => T): Promise<T>;
  /** Like `run`, for several statements that take effect together or not at all. */
  transact<T>(work: (prepare: Prepare) => T): Promise<T>;
  /** Closes the file; what is called later is refused as unavailable. Closing twice is no error. */
  close(): void;
}

/** How long one try may block this process. */
const busyTimeoutMs = 5;
/** How long opening may wait for other processes that migrate: nothing else runs yet. */
const openTimeoutMs = 5_000;
/**
 * Pauses between tries double up to the longest, each ± 50 %: about 1 s in all. None is long, so that a lease is renewed soon
 * after a lock is gone; others could take it 2 s after the last renewal.
 */
const firstPauseMs = 5;
const longestPauseMs = 120;
const tries = 13;

/**
 * Opens `path` (its folder is made where missing; `:memory:` is private to the caller) and brings it to the newest of
 * `migrations`, each the SQL that leads from its index to the next schema version.
 * Throws `DataDirNotWritableError`, `ControlStoreCorruptError` or `ControlStoreTooNewError`.
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
    for (let attempt = 1; ; attempt++) {
      try {
        return work(prepare);
      } catch (cause) {
        if (!isSqliteFault(cause)) throw cause;
        if (!isBusy(cause) || attempt === tries) {
          const trouble = isBusy(cause) ? `stayed locked for ${attempt} tries` : 'answered with a fault';
          throw new ControlStoreUnavailableError(`The control store ${trouble}.`, { cause });
        }
      }
      const pauseMs = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
      await pause(pauseMs * (0.5 + Math.random()));
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

/** BEGIN IMMEDIATE takes the write lock first, so that nothing read inside can be stale when it writes. */
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
    if (isNotWritable(cause) || isFileFault(cause)) throw new DataDirNotWritableError(path, cause);
    if (isBusy(cause))
      throw new ControlStoreUnavailableError(`The control store at ${path} stayed locked.`, { cause });
    throw cause;
  }
}

function makeReady(database: DatabaseSync, path: string, migrations: readonly string[]): void {
  // In WAL a reader never blocks the writer. Changing to it is refused at once, not waited for, while others open the file.
  waitWhileBusy(() => database.exec('PRAGMA journal_mode = WAL'));
  // NORMAL keeps the file sound through any crash; only a power cut may take back the last commits.
  database.exec('PRAGMA synchronous = NORMAL');
  const faults = database.prepare('PRAGMA quick_check(1)').get();
  if (faults?.quick_check !== 'ok') throw new ControlStoreCorruptError(path, String(faults?.quick_check));
  waitWhileBusy(() => migrate(database, path, migrations));
  database.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
}

/** Under the write lock: of several processes that start together one migrates, the others find it done. */
function migrate(database: DatabaseSync, path: string, migrations: readonly string[]): void {
  inTransaction(database, () => {
    const found = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (found > migrations.length) throw new ControlStoreTooNewError(path, found, migrations.length);
    for (const sql of migrations.slice(found)) database.exec(sql);
    database.exec(`PRAGMA user_version = ${migrations.length}`);
  });
}

/** Only while opening: sleeps with the thread, as there is nothing else to run. */
function waitWhileBusy(work: () => void): void {
  const endsAtMs = performance.now() + openTimeoutMs;
  for (;;) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > endsAtMs) throw error;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 + Math.random() * 20);
  }
}
