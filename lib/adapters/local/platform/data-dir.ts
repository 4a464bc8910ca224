import { access, constants, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataDirNotWritableError } from '../data-dir-error.ts';

/**
 * Makes the data folder, for its owner alone. Throws `DataDirNotWritableError` if it can't be made or written. Folder by folder: Node's
 * recursive `mkdir` never returns where the system says that a folder doesn't exist and can't be made either, as in /proc.
 */
export async function ensureDataDir(dir: string): Promise<void> {
  const missing: string[] = [];
  try {
    for (let at = dir; !(await isFolder(at)); at = dirname(at)) missing.unshift(at);
    for (const folder of missing) await mkdir(folder, { mode: 0o700 });
    await access(dir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new DataDirNotWritableError(`The data folder ${dir}`, whyOf(cause), cause);
  }
}

/** Throws if something else than a folder is there. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw cause;
  }
  throw Object.assign(new Error(`${path} is a file`), { code: 'ENOTDIR', path });
}

function whyOf(cause: unknown): string {
  const { code = '', path = '' } = cause as NodeJS.ErrnoException;
  const known: Readonly<Record<string, string>> = {
    EACCES: `permission denied at ${path}`,
    EPERM: `nothing may be made in ${dirname(path)}`,
    ENOENT: `nothing can be made in ${dirname(path)}`,
    ENOTDIR: `${path} is a file`,
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    ENAMETOOLONG: 'the name is too long',
  };
  return `${known[code] ?? (code === '' ? String(cause) : code)}.`;
}
