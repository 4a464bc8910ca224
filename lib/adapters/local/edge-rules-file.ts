import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import type { EdgeDenials, EdgePlayback, Invalidations } from '../../control/ports.ts';
import { type EdgeRules, formatEntry } from '../../edge/policy/access/playback.ts';
import { sessionExpiryMs, sessionPattern } from '../../edge/policy/access/playback-token.ts';
import { codeOf } from './disk/disk-errors.ts';

/** The file is unreadable or not in our format. */
export class EdgeRulesError extends Error {
  override readonly name = 'EdgeRulesError';
  readonly code = 'EDGE_RULES_UNREADABLE';
  readonly mend: string;

  constructor(path: string, options: ErrorOptions) {
    super(`The edge's rules in ${path} cannot be read.`, options);
    this.mend = `Write {"denied": []} to ${path}, then repeat all takedowns that are in force and set the playback of signed streams again.`;
  }
}

/** `playback`: entries by stream; `revoked`: `<region>/<streamId>/<session>`. Files of older versions have only `denied`. */
const shape = z.object({
  denied: z.array(z.string()),
  playback: z.record(z.string(), z.string()).default({}),
  revoked: z.array(z.string()).default([]),
});

/** The rules of this machine's edges; empty if the file was never written. Throws `EdgeRulesError`. */
export async function readEdgeRules(path: string): Promise<EdgeRules> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return { denied: new Set(), playback: new Map(), revoked: new Set() };
    throw new EdgeRulesError(path, { cause });
  }
  return parseEdgeRules(path, text);
}

/** The same from the text of the file at `path`. */
export function parseEdgeRules(path: string, text: string): EdgeRules {
  try {
    const { denied, playback, revoked } = shape.parse(JSON.parse(text));
    return {
      denied: new Set(denied),
      playback: new Map(Object.entries(playback)),
      revoked: new Set(revoked),
    };
  } catch (cause) {
    throw new EdgeRulesError(path, { cause });
  }
}

export interface EdgeRulesFileOptions {
  readonly path: string;
  /** The edge that watches the file. Without it, a written denial counts as effective. */
  readonly edgeUrl?: string;
  /** Unix milliseconds. @default the system's clock */
  readonly wallMs?: () => number;
}

/** Time limit for a local edge to show whether it denies a stream. */
const edgeWithinMs = 1_000;

interface MutableRules {
  readonly denied: Set<string>;
  readonly playback: Map<string, string>;
  readonly revoked: Set<string>;
}

/** Passes rules to this machine's edges through a file that they watch. Only one process may write it. */
export function edgeRulesFile({
  path,
  edgeUrl,
  wallMs = Date.now,
}: EdgeRulesFileOptions): EdgeDenials & EdgePlayback {
  let last: Promise<void> = Promise.resolve();

  /** `edit` returns false if there is nothing to write. */
  const change = (edit: (rules: MutableRules) => boolean): Promise<void> => {
    const mine = last.then(async () => {
      const { denied, playback, revoked } = await readEdgeRules(path);
      const rules = { denied: new Set(denied), playback: new Map(playback), revoked: new Set(revoked) };
      if (!edit(rules)) return;
      for (const each of rules.revoked) {
        if (sessionExpiryMs(each.slice(each.lastIndexOf('/') + 1)) <= wallMs()) rules.revoked.delete(each);
      }
      await replace(path, textOf(rules));
    });
    last = mine.catch(() => {});
    return mine;
  };

  return {
    deny: (denied) => change((rules) => !rules.denied.has(denied) && rules.denied.add(denied) !== undefined),
    allow: (denied) => change((rules) => rules.denied.delete(denied)),
    forget: (gone) =>
      change(({ denied, playback }) => {
        const wasDenied = denied.delete(gone);
        return playback.delete(gone) || wasDenied;
      }),
    async isDenied(denied) {
      const isWritten = (await readEdgeRules(path)).denied.has(denied);
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
    setPlayback: (streamPath, { mode, notBeforeMs }) =>
      change(({ playback }) => {
        const entry = formatEntry({ mode, notBeforeMs });
        if (playback.get(streamPath) === entry) return false;
        playback.set(streamPath, entry);
        return true;
      }),
    revoke: (streamPath, session) =>
      change(({ revoked }) => {
        const key = `${streamPath}/${session}`;
        return sessionPattern.test(session) && !revoked.has(key) && revoked.add(key) !== undefined;
      }),
  };
}

const textOf = ({ denied, playback, revoked }: MutableRules): string =>
  JSON.stringify({
    denied: [...denied].sort(),
    playback: Object.fromEntries(playback),
    revoked: [...revoked].sort(),
  });

/** For edges that drop cached objects as soon as they deny them. */
export const noInvalidations: Invalidations = {
  request: async (_paths, reference) => ({ id: reference }),
  isDone: async () => true,
};

/** Synced to disk before the rename: a power cut must not undo a takedown. */
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
