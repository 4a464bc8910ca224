import type { Deletion } from '../../../control-store/deletions.ts';
import { deniedUntilMs, doneAtMs } from './deletion-machine.ts';

/** What stays of a deleted stream or recording, and until when. */
export interface DeletionReport {
  /** When the edge stopped serving it, since the request. */
  readonly darkAfterMs?: number;
  /** Unix milliseconds. Until then viewers get 410, afterwards 404. Left out while objects are left. */
  readonly goneUntilMs?: number;
  /** Unix milliseconds by which storage has deleted recordings that are kept. Left out if none are, or if they are kept indefinitely. */
  readonly keptUntilMs?: number;
  /** For people. */
  readonly detail: string;
}

const dayMs = 24 * 60 * 60 * 1_000;

/** `quarantineDays`: how long storage keeps recordings that viewers can't reach. @default indefinitely */
export function deletionReport(deletion: Deletion, quarantineDays?: number): DeletionReport {
  const { askedAtMs, recordings, waiting } = deletion;
  const darkAtMs = doneAtMs(deletion, 'deny');
  const movedAtMs = doneAtMs(deletion, 'objects');
  const goneUntilMs = deniedUntilMs(deletion);
  const keeps = recordings === 'keep';
  // Storage counts from the day after an object was moved there. A move that is still running gets another day.
  const keptUntilMs =
    keeps && quarantineDays !== undefined
      ? (movedAtMs ?? askedAtMs + dayMs) + (quarantineDays + 1) * dayMs
      : undefined;
  const blocked =
    darkAtMs === undefined
      ? `Viewers can still reach it: ${waiting?.deny ?? 'the edge has not confirmed yet.'}`
      : goneUntilMs === undefined
        ? 'Viewers get “gone” (410).'
        : `Viewers get “gone” (410) until ${iso(goneUntilMs)}, then “not found” (404).`;
  return {
    ...(darkAtMs !== undefined && { darkAfterMs: Math.max(0, darkAtMs - askedAtMs) }),
    ...(goneUntilMs !== undefined && { goneUntilMs }),
    ...(keptUntilMs !== undefined && { keptUntilMs }),
    detail: `${blocked} ${keeps ? keptWords(movedAtMs, keptUntilMs) : deletedWords(movedAtMs)}`,
  };
}

function keptWords(movedAtMs: number | undefined, keptUntilMs: number | undefined): string {
  const until =
    keptUntilMs === undefined ? 'until someone deletes them' : `until ${iso(keptUntilMs)} at the latest`;
  return movedAtMs === undefined
    ? `The recordings are being moved to storage that no viewer can reach, and stay there ${until}.`
    : `The recordings stay in storage that no viewer can reach, ${until}.`;
}

const deletedWords = (movedAtMs: number | undefined): string =>
  movedAtMs === undefined
    ? 'The recordings are being deleted; this continues in the background.'
    : 'The recordings have been deleted.';

const iso = (ms: number): string => new Date(ms).toISOString();
