import type { DocumentStore } from '../../control-store/ports.ts';
import { isStreamId } from '../../routing/ids.ts';
import type { TakedownRunner } from './takedown-runner.ts';

export interface FinishParts {
  readonly store: Pick<DocumentStore, 'listOpenDocuments'>;
  readonly runner: Pick<TakedownRunner, 'run' | 'sweep'>;
  readonly clock: { nowMs(): number };
  /** No new work starts after this long. */
  readonly patienceMs: number;
}

/**
 * Continues takedowns while work and time remain: one stream's if the control API sends `{ streamId }`, all open ones if the
 * schedule invokes it. The rest waits for the next minute's run. A sweep logs its errors and continues, so this function reads
 * the store itself first: an invocation that can do nothing must fail.
 */
export async function finishTakedowns(event: unknown, parts: FinishParts): Promise<void> {
  const { store, runner, clock, patienceMs } = parts;
  const streamId = (event as { streamId?: unknown } | null)?.streamId;
  const continueWork =
    typeof streamId === 'string' && isStreamId(streamId)
      ? async () => (await runner.run(streamId))?.open === true
      : async () => {
          if ((await store.listOpenDocuments('takedown', { limit: 1 })).streamIds.length === 0) return false;
          await runner.sweep();
          return true;
        };
  const untilMs = clock.nowMs() + patienceMs;
  while ((await continueWork()) && clock.nowMs() < untilMs);
}
