import { stat } from 'node:fs/promises';
import type { EdgeRules } from '../../edge/policy/access/playback.ts';
import { poll } from '../../retry/poll.ts';
import { codeOf } from './disk/disk-errors.ts';
import { readEdgeRules } from './edge-rules-file.ts';

export interface EdgeRulesWatchOptions {
  readonly path: string;
  /** The new rules. First called before `watchEdgeRules` resolves. */
  changed(rules: EdgeRules): void;
  /** The file became unreadable; the last known rules stay in force. Reported once until it can be read again. */
  failed(cause: unknown): void;
  /** @default 100 */
  readonly everyMs?: number;
}

/**
 * Watches the edge's rules. Rejects with `EdgeRulesError` if the file exists but can't be read: an edge that doesn't know what is
 * taken down or signed must not serve anything. Returns a function that stops watching.
 */
export async function watchEdgeRules(options: EdgeRulesWatchOptions): Promise<() => void> {
  const { path, changed, failed, everyMs = 100 } = options;
  let known = await identity(path);
  changed(await readEdgeRules(path));
  return poll({
    look: async (afterFailure) => {
      const now = await identity(path);
      if (now === known && !afterFailure) return undefined;
      // Someone deleted the file, which must not restore or open any stream.
      if (now === 'none') throw new Error(`${path} was deleted.`);
      const rules = await readEdgeRules(path);
      // If the file was deleted or replaced during the read, the rules may wrongly read as empty: wait for the next look.
      if ((await identity(path)) !== now) return undefined;
      known = now;
      return rules;
    },
    found: (rules) => {
      if (rules) changed(rules);
    },
    failed,
    everyMs: () => everyMs,
  });
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
