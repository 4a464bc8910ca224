import {
  ObjectStoreFullError,
  ObjectStoreRefusedError,
  ObjectStoreUnavailableError,
} from '../../../object-store/errors.ts';

/** The data folder cannot be written; found at start, before anything is promised to anybody. */
export class DataDirNotWritableError extends Error {
  override readonly name = 'DataDirNotWritableError';
  readonly code = 'DATA_DIR_NOT_WRITABLE';
  readonly mend = 'Make the folder writable for this user, or choose another one with --data-dir DIR.';

  constructor(folder: string, cause: unknown) {
    super(`The data folder ${folder} cannot be written (${codeOf(cause) ?? cause})`, { cause });
  }
}

/** The system's word for what failed, for example `ENOSPC`. */
export function codeOf(fault: unknown): string | undefined {
  const code = (fault as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** No file there, or a folder where the file would be, or a file where a folder would be. */
export const isAbsent = (fault: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(fault) ?? '');

/** What a failed write means in the port's words. Errors that are in its words already stay as they are. */
export function asStoreError(fault: unknown, key: string): Error {
  const code = codeOf(fault) ?? '';
  const cause = fault;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ObjectStoreFullError(`No room on the disk for ${key}`, { cause });
  }
  if (['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'ELOOP'].includes(code)) {
    return new ObjectStoreRefusedError(`${key} would be both an object and a folder`, { cause });
  }
  if (/^(OBJECT_STORE|PRECONDITION)_/.test(code)) return fault as Error;
  return new ObjectStoreUnavailableError(`The disk did not take or give ${key}`, { cause });
}
