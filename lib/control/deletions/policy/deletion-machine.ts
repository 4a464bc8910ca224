import { type Deletion, type DeletionStep, deletionSteps } from '../../../control-store/deletions.ts';
import type { BroadcastId } from '../../../routing/ids.ts';

/**
 * How long viewers get 410 after the objects are gone; then the edge's entry is removed, so that entries don't accumulate. Longer
 * than any response in flight, and than a worker that wakes up late: whatever it wrote is deleted before the entry goes.
 */
export const denyAfterwardsMs = 24 * 60 * 60 * 1_000;

/** Maximum number of incomplete deletions of a stream: they share a document. */
export const maxPendingDeletions = 100;

/** Objects go once no record can bring a writer back; caches are emptied once nothing can refill them. */
const needs: Readonly<Record<DeletionStep, readonly DeletionStep[]>> = {
  deny: [],
  records: [],
  invalidate: ['deny'],
  objects: ['records'],
  allow: ['deny', 'invalidate', 'objects'],
};

export const doneAtMs = ({ done }: Deletion, step: DeletionStep): number | undefined =>
  done.find((each) => each.step === step)?.atMs;

/** When viewers will get 404 instead of 410, in Unix milliseconds; undefined while objects are left. */
export function deniedUntilMs(deletion: Deletion): number | undefined {
  const times = needs.allow.map((step) => doneAtMs(deletion, step));
  return times.some((atMs) => atMs === undefined)
    ? undefined
    : Math.max(...times.map((atMs = 0) => atMs)) + denyAfterwardsMs;
}

/** The steps that can be worked on now. `nowMs` is Unix time: no monotonic clock lives for a day. */
export function dueDeletionSteps(deletion: Deletion, nowMs: number): readonly DeletionStep[] {
  return deletionSteps.filter((step) => {
    if (doneAtMs(deletion, step) !== undefined) return false;
    if (step === 'allow') return nowMs >= (deniedUntilMs(deletion) ?? Number.POSITIVE_INFINITY);
    return needs[step].every((needed) => doneAtMs(deletion, needed) !== undefined);
  });
}

export const isComplete = (deletion: Deletion): boolean => doneAtMs(deletion, 'allow') !== undefined;

export const isSameTarget = (deletion: Deletion, broadcastId: BroadcastId | undefined): boolean =>
  deletion.broadcastId === broadcastId;

/** The deletion with the outcome of a step: done at `atMs`, or what it waits for. The same object if nothing changes. */
export function recordOutcome(
  deletion: Deletion,
  step: DeletionStep,
  outcome: { readonly waitsFor?: string; readonly invalidation?: string },
  atMs: number,
): Deletion {
  const { waitsFor, invalidation = deletion.invalidation } = outcome;
  const { waiting = {}, ...rest } = deletion;
  const { [step]: before, ...others } = waiting;
  if (waitsFor !== undefined) {
    if (before === waitsFor && invalidation === deletion.invalidation) return deletion;
    return {
      ...rest,
      ...(invalidation !== undefined && { invalidation }),
      waiting: { ...waiting, [step]: waitsFor },
    };
  }
  return {
    ...rest,
    ...(invalidation !== undefined && { invalidation }),
    ...(Object.keys(others).length > 0 && { waiting: others }),
    done: [...deletion.done, { step, atMs }],
  };
}
