import type { DocumentKind } from '../control-store/documents.ts';
import { joinWords } from '../control-store/format.ts';
import type { ControlStore } from '../control-store/ports.ts';
import { pauseMs, type RetryPolicy } from '../retry/policy/backoff.ts';
import type { StreamId } from '../routing/ids.ts';
import { InvalidationsBusyError } from './policy/errors.ts';
import type { Invalidations } from './ports.ts';

/** Growing pauses between checks on what steps are waiting for. */
const lookAgain: RetryPolicy = { firstMs: 50, longestMs: 800, jitter: 0.25 };

/** How long to wait before the next check, after `idle` ones without progress; `leftMs` at most. `random`: in [0, 1). */
export const untilNextLookMs = (idle: number, leftMs: number, random: number): number =>
  Math.min(pauseMs(lookAgain, idle, random), Math.max(0, leftMs));

/** The streams with an open document of this kind, in pages of at most `limit`. */
export async function* openPages(
  store: Pick<ControlStore, 'listOpenDocuments'>,
  kind: DocumentKind,
  limit = 100,
): AsyncGenerator<readonly StreamId[]> {
  let cursor: string | undefined;
  do {
    const page = await store.listOpenDocuments(kind, { limit, ...(cursor !== undefined && { cursor }) });
    yield page.streamIds;
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** What a step that failed waits for, for people. */
export function failureWords(cause: unknown): string {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return `Failed and will be retried: ${detail}`.slice(0, 300);
}

/** What each waiting step waits for, for the log. */
export const waitingWords = (waiting: Readonly<Partial<Record<string, string>>> = {}): string =>
  joinWords(
    Object.entries(waiting).map(([step, detail]) => `${step}: ${detail}`),
    'unknown',
  );

/**
 * Has `paths` removed from caches. `begun`: the invalidation that an earlier call requested. `waitsFor` is undefined once it is done.
 */
export async function invalidate(
  invalidations: Invalidations,
  { paths, reference, begun }: { paths: readonly string[]; reference: string; begun?: string | undefined },
): Promise<{ readonly invalidation?: string; readonly waitsFor?: string }> {
  try {
    const id = begun ?? (await invalidations.request(paths, reference)).id;
    if (await invalidations.isDone(id)) return { invalidation: id };
    return { invalidation: id, waitsFor: `Caches are being invalidated (invalidation ${id}).` };
  } catch (cause) {
    if (!(cause instanceof InvalidationsBusyError)) throw cause;
    return { waitsFor: 'The limit of concurrent cache invalidations is reached; this one is queued.' };
  }
}
