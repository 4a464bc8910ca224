import { stat } from 'node:fs/promises';
import { readDenials } from './denial-file.ts';
import { codeOf } from './disk/disk-errors.ts';

export interface DenialWatchOptions {
  readonly path: string;
  /** The new set of denied paths. First called before `watchDenials` resolves. */
  changed(denied: ReadonlySet<string>): void;
  /** The file became unreadable; the last known set stays in force. Reported once until it can be read again. */
  failed(cause: unknown): void;
  /** @default 100 */
  readonly everyMs?: number;
}

/**
 * Watches the list of denied streams. Rejects with `DenialFileError` if the file exists but can't be read: an edge that doesn't
 * know what is taken down must not serve anything. Returns a function that stops watching.
 */
export async function watchDenials(options: DenialWatchOptions): Promise<() => void> {
  const { path, changed, failed, everyMs = 100 } = options;
  let known = await identity(path);
  changed(await readDenials(path));
  let isFailing = false;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;

  const look = async (): Promise<void> => {
    try {
      const now = await identity(path);
      if (now !== known || isFailing) {
        // Someone deleted the file, which must not restore any stream.
        if (now === 'none') throw new Error(`${path} was deleted.`);
        const denied = await readDenials(path);
        // If the file was deleted or replaced during the read, the list may wrongly read as empty: wait for the next look.
        if ((await identity(path)) === now) {
          changed(denied);
          known = now;
          isFailing = false;
        }
      }
    } catch (cause) {
      if (!isFailing) failed(cause);
      isFailing = true;
    }
    if (!isEnded) timer = setTimeout(look, everyMs);
  };
  timer = setTimeout(look, everyMs);
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}

/** Changes whenever the file is replaced. */
async function identity(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}/${mtimeNs}/${size}`;
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return 'none';
    throw fault;
  }
}
