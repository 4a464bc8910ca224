import {
  ObjectStoreFullError,
  ObjectStoreRefusedError,
  ObjectStoreUnavailableError,
} from '../../../object-store/errors.ts';

/** The system's error code, for example `ENOSPC`. */
export function codeOf(fault: unknown): string | undefined {
  const code = (fault as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** There is no file, or a folder in its place, or a file in place of a folder. */
export const isAbsent = (fault: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(fault) ?? '');

/** Translates a file system error into the port's error. The port's own errors are returned unchanged. */
export function asStoreError(fault: unknown, key: string): Error {
  const code = codeOf(fault) ?? '';
  const cause = fault;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ObjectStoreFullError(`Disk full, cannot write ${key}`, { cause });
  }
  if (['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'ELOOP'].includes(code)) {
    return new ObjectStoreRefusedError(`${key} would be both an object and a folder`, { cause });
  }
  if (/^(OBJECT_STORE|PRECONDITION)_/.test(code)) return fault as Error;
  return new ObjectStoreUnavailableError(`Disk access failed for ${key}`, { cause });
}
