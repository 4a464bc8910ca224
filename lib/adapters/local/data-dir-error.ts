/** No permission would help. */
const neverWritable: ReadonlySet<string> = new Set([
  ...['ENOENT', 'ENOTDIR', 'EPERM', 'EROFS', 'ENOSPC', 'ENAMETOOLONG'],
]);

/** Something in the data folder cannot be created or written. Found at startup, before anything is accepted. */
export class DataDirNotWritableError extends Error {
  override readonly name = 'DataDirNotWritableError';
  readonly code = 'DATA_DIR_NOT_WRITABLE';
  readonly mend: string;

  /** `what`: for example `The data folder /data`. `why`: in short. */
  constructor(what: string, why: string, cause: unknown) {
    super(`${what} is not writable: ${why}`, { cause });
    const { code = '' } = cause as NodeJS.ErrnoException;
    this.mend = neverWritable.has(code)
      ? 'Choose another folder with --data-dir DIR.'
      : 'Give this user write permission on the folder, or choose another one with --data-dir DIR.';
  }
}
