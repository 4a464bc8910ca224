import type { DocumentStore } from '../../control-store/ports.ts';
import { isStreamId } from '../../routing/ids.ts';
import type { DeletionRunner } from '../deletions/deletion-runner.ts';
import type { TakedownRunner } from './takedown-runner.ts';

export interface FinishParts {
  readonly store: Pick<DocumentStore, 'listOpenDocuments'>;
  readonly takedowns: Pick<TakedownRunner, 'run' | 'sweep'>;
  readonly deletions: Pick<DeletionRunner, 'run' | 'sweep'>;
  readonly clock: { nowMs(): number };
  /** No new work starts after this long. */
  readonly patienceMs: number;
}

/**
 * Continues takedowns and deletions while work and time remain: one stream's if the control API sends `{ streamId }`, all open ones
 * if the schedule invokes it. The rest waits for the next minute's run. A sweep logs its errors and continues, so this function reads
 * the store itself first: an invocation that can do nothing must fail.
 */
export async function finishTakedowns(event: unknown, parts: FinishParts): Promise<void> {
  const { store, takedowns, deletions, clock, patienceMs } = parts;
  const streamId = (event as { streamId?: unknown } | null)?.streamId;
  const continueWork =
    typeof streamId === 'string' && isStreamId(streamId)
      ? async () => {
          const [takedown, isLeft] = await Promise.all([takedowns.run(streamId), deletions.run(streamId)]);
          return takedown?.open === true || isLeft;
        }
      : async () => {
          const { streamIds } = await store.listOpenDocuments('takedown', { limit: 1 });
          const [, isLeft] = await Promise.all([
            streamIds.length > 0 ? takedowns.sweep() : undefined,
            deletions.sweep(),
          ]);
          return streamIds.length > 0 || isLeft;
        };
  const untilMs = clock.nowMs() + patienceMs;
  while ((await continueWork()) && clock.nowMs() < untilMs);
}
