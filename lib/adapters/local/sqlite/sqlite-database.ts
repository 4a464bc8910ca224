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
 * Pauses between attempts double up to the longest, each ± 50 %: about 1 s in total. All are short, so that a lease is renewed
 * soon after a lock is released; others could take it 2 s after its last renewal.
 */
const firstPauseMs = 5;
const longestPauseMs = 120;
const tries = 13;

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
    for (let attempt = 1; ; attempt++) {
      try {
        return work(prepare);
      } catch (cause) {
        if (!isSqliteFault(cause)) throw cause;
        if (!isBusy(cause) || attempt === tries) {
          const trouble = isBusy(cause) ? `stayed locked for ${attempt} attempts` : 'returned an error';
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
    if (isNotWritable(cause) || isFileFault(cause)) throw new DataDirNotWritableError(path, cause);
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

/** Only while opening: blocks the thread, because nothing else is running yet. */
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
