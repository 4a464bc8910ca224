import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import type { EdgeDenials, Invalidations } from '../../control/ports.ts';
import { codeOf } from './disk/disk-errors.ts';

/** The file is not what we write. */
export class DenialFileError extends Error {
  override readonly name = 'DenialFileError';
  readonly code = 'DENIAL_FILE_UNREADABLE';
  readonly mend: string;

  constructor(path: string, options: ErrorOptions) {
    super(`The list of what the edge denies, ${path}, cannot be read.`, options);
    this.mend = `Write {"denied": []} into ${path}, then take down again what was taken down.`;
  }
}

const shape = z.object({ denied: z.array(z.string()) });

/** What the edges of one machine deny; nothing where the file was never written. Throws `DenialFileError`. */
export async function readDenials(path: string): Promise<ReadonlySet<string>> {
  try {
    return new Set(shape.parse(JSON.parse(await readFile(path, 'utf8'))).denied);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return new Set();
    throw new DenialFileError(path, { cause });
  }
}

export interface DenialFileOptions {
  readonly path: string;
  /** The edge that watches the file. Left out, what is written counts as denied. */
  readonly edgeUrl?: string;
}

/** For an edge on this machine to say whether it denies. */
const edgeWithinMs = 1_000;

/** Tells the edges of one machine what to deny, by a file that they watch. One process writes it. */
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
        // An edge that does not run delivers nothing, and reads the file before it does again.
        if (codeOf((fault as { cause?: unknown }).cause) === 'ECONNREFUSED') return isWritten;
        throw new Error('The edge does not say whether it denies the stream.', { cause: fault });
      }
    },
  };
}

/** For edges that drop what they hold as soon as they deny it. */
export const noInvalidations: Invalidations = {
  request: async (_paths, reference) => ({ id: reference }),
  isDone: async () => true,
};

/** Whole and on the disk before it takes its name: a power cut must not let a stream out again. */
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
