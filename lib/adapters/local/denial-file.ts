import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import type { EdgeDenials, Invalidations } from '../../control/ports.ts';
import { codeOf } from './disk/disk-errors.ts';

/** The file is unreadable or not in our format. */
export class DenialFileError extends Error {
  override readonly name = 'DenialFileError';
  readonly code = 'DENIAL_FILE_UNREADABLE';
  readonly mend: string;

  constructor(path: string, options: ErrorOptions) {
    super(`The edge's denial list ${path} cannot be read.`, options);
    this.mend = `Write {"denied": []} to ${path}, then repeat all takedowns that are in force.`;
  }
}

const shape = z.object({ denied: z.array(z.string()) });

/** The streams denied by this machine's edges; empty if the file was never written. Throws `DenialFileError`. */
export async function readDenials(path: string): Promise<ReadonlySet<string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return new Set();
    throw new DenialFileError(path, { cause });
  }
  return parseDenials(path, text);
}

/** The same from the text of the file at `path`. */
export function parseDenials(path: string, text: string): ReadonlySet<string> {
  try {
    return new Set(shape.parse(JSON.parse(text)).denied);
  } catch (cause) {
    throw new DenialFileError(path, { cause });
  }
}

export interface DenialFileOptions {
  readonly path: string;
  /** The edge that watches the file. Without it, a written denial counts as effective. */
  readonly edgeUrl?: string;
}

/** Time limit for a local edge to show whether it denies a stream. */
const edgeWithinMs = 1_000;

/** Passes denials to this machine's edges through a file that they watch. Only one process may write it. */
export function denialFile({ path, edgeUrl }: DenialFileOptions): EdgeDenials {
  let last: Promise<void> = Promise.resolve();

  const change = (denied: string, present: boolean): Promise<void> => {
    const mine = last.then(async () => {
      const paths = new Set(await readDenials(path));
      if (paths.has(denied) === present) return;
      if (present) paths.add(denied);
      else paths.delete(denied);
      await replace(path, JSON.stringify({ denied: [...paths].sort() }));
    });
    last = mine.catch(() => {});
    return mine;
  };

  return {
    deny: (denied) => change(denied, true),
    allow: (denied) => change(denied, false),
    async isDenied(denied) {
      const isWritten = (await readDenials(path)).has(denied);
      if (edgeUrl === undefined) return isWritten;
      try {
        const signal = AbortSignal.timeout(edgeWithinMs);
        const answer = await fetch(`${edgeUrl}/${denied}/index.m3u8`, { method: 'HEAD', signal });
        return answer.status === 410;
      } catch (fault) {
        // An edge that isn't running serves nothing, and reads the file before it serves again.
        if (codeOf((fault as { cause?: unknown }).cause) === 'ECONNREFUSED') return isWritten;
        throw new Error('The edge did not respond when asked whether it denies the stream.', {
          cause: fault,
        });
      }
    },
  };
}

/** For edges that drop cached objects as soon as they deny them. */
export const noInvalidations: Invalidations = {
  request: async (_paths, reference) => ({ id: reference }),
  isDone: async () => true,
};

/** Synced to disk before the rename: a power cut must not undo a takedown. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
