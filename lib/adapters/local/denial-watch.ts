import { stat } from 'node:fs/promises';
import { readDenials } from './denial-file.ts';
import { codeOf } from './disk/disk-errors.ts';

export interface DenialWatchOptions {
  readonly path: string;
  /** What is denied from now on; called first before `watchDenials` resolves. */
  changed(denied: ReadonlySet<string>): void;
  /** It cannot be read, after it could: what was known holds on. Told once until it can be read again. */
  failed(cause: unknown): void;
  /** @default 100 */
  readonly everyMs?: number;
}

/**
 * Follows the list of what an edge denies. Rejects with `DenialFileError` where there is one that cannot be read: an edge that does
 * not know what is taken down must not deliver anything. Returns what ends it.
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
        // Somebody took the file away: nobody was restored by that.
        if (now === 'none') throw new Error(`${path} is gone.`);
        const denied = await readDenials(path);
        // Taken away or replaced since, it may have read as a list with nothing in it: the next look tells.
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

/** Another one whenever the file was replaced. */
async function identity(path: string): Promise<string> {
  try {
    const { ino, mtimeNs, size } = await stat(path, { bigint: true });
    return `${ino}/${mtimeNs}/${size}`;
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return 'none';
    throw fault;
  }
}
