import type { DocumentStore } from '../../control-store/ports.ts';
import { isStreamId } from '../../routing/ids.ts';
import type { TakedownRunner } from './takedown-runner.ts';

export interface FinishParts {
  readonly store: Pick<DocumentStore, 'listOpenDocuments'>;
  readonly runner: Pick<TakedownRunner, 'run' | 'sweep'>;
  readonly clock: { nowMs(): number };
  /** Nothing more is begun after this long. */
  readonly patienceMs: number;
}

/**
 * Goes on with takedowns: with one stream's where the control API says `{ streamId }`, with all that are open where the schedule
 * asks; as long as something is left and there is time. What is not done then is for the next minute. A sweep logs its faults and
 * goes on, so whether the store can be read at all is asked here: a function that can do nothing is to fail.
 */
export async function finishTakedowns(event: unknown, parts: FinishParts): Promise<void> {
  const { store, runner, clock, patienceMs } = parts;
  const streamId = (event as { streamId?: unknown } | null)?.streamId;
  const goOn =
    typeof streamId === 'string' && isStreamId(streamId)
      ? async () => (await runner.run(streamId))?.open === true
      : async () => {
          if ((await store.listOpenDocuments('takedown', { limit: 1 })).streamIds.length === 0) return false;
          await runner.sweep();
          return true;
        };
  const untilMs = clock.nowMs() + patienceMs;
  while ((await goOn()) && clock.nowMs() < untilMs);
}
