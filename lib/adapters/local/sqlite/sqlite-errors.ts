/** The file is not an intact control store. It was not modified. */
export class ControlStoreCorruptError extends Error {
  override readonly name = 'ControlStoreCorruptError';
  readonly code = 'CONTROL_STORE_CORRUPT';
  readonly mend: string;

  constructor(path: string, cause: unknown) {
    super(`The control store at ${path} is damaged or not a SQLite file: ${causeText(cause)}`, { cause });
    this.mend = `Restore ${path} from a backup, or move it and its -wal and -shm files away to start without streams.`;
  }
}

/** The file was written by a newer Headwater. */
export class ControlStoreTooNewError extends Error {
  override readonly name = 'ControlStoreTooNewError';
  readonly code = 'CONTROL_STORE_TOO_NEW';
  readonly mend: string;

  constructor(path: string, found: number, known: number) {
    super(`The control store at ${path} has schema version ${found}; this program supports up to ${known}.`);
    this.mend = 'Run the newer Headwater, or choose another data folder.';
  }
}

/** The SQLite primary result codes we distinguish (https://sqlite.org/rescode.html). */
const busy = [5, 6];
const notWritable = [8, 10, 13, 14];
const corrupt = [11, 26];

/** Another connection holds the lock: a retry helps. */
export const isBusy = (error: unknown): boolean => busy.includes(resultCode(error));
/** Read-only, I/O error, disk full, cannot open. */
export const isNotWritable = (error: unknown): boolean => notWritable.includes(resultCode(error));
export const isCorrupt = (error: unknown): boolean => corrupt.includes(resultCode(error));

/** An error from SQLite itself, or from node:sqlite on a closed file. */
export const isSqliteFault = (error: unknown): boolean =>
  ['ERR_SQLITE_ERROR', 'ERR_INVALID_STATE'].includes(String(fieldOf(error, 'code')));

/** A file system error from node:fs. */
export const isFileFault = (error: unknown): boolean => fieldOf(error, 'syscall') !== undefined;

/** node:sqlite puts the extended result code in `errcode`; its low byte is the primary one. */
const resultCode = (error: unknown): number => Number(fieldOf(error, 'errcode') ?? 0) & 0xff;

/** Identifies Node's errors by their fields, because `instanceof` fails across realms, such as a test runner's. */
function fieldOf(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

export const causeText = (cause: unknown): string => String(fieldOf(cause, 'message') ?? cause);
