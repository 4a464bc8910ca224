import type { Takedowns } from '../../lib/control/api/context.ts';
import type { StreamDocument } from '../../lib/control/policy/documents.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

export interface WakingParts {
  /** Begins, and goes as far as a caller may wait. */
  readonly runner: Takedowns;
  /** Has another function go on with what is left. */
  readonly wake: (event: { readonly streamId: StreamId }) => Promise<void>;
  readonly emit: EmitEvent;
}

/**
 * Takedowns as a function begins them that is frozen once it has answered: another one is called for what is left. Where that
 * fails, the schedule finds it within a minute.
 */
export function wakingTakedowns({ runner, wake, emit }: WakingParts): Takedowns {
  async function goOn(
    streamId: StreamId,
    begun: Promise<StreamDocument<'takedown'>>,
  ): Promise<StreamDocument<'takedown'>> {
    let left = true;
    try {
      const document = await begun;
      left = document.open;
      return document;
    } finally {
      // Also where it failed: it may be written down already.
      if (left) {
        await wake({ streamId }).catch((cause) => emit('control.takedown.wake-failed', { streamId, cause }));
      }
    }
  }
  return {
    take: (streamId, reason) => goOn(streamId, runner.take(streamId, reason)),
    restore: (streamId) => goOn(streamId, runner.restore(streamId)),
  };
}
