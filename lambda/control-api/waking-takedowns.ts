import type { Takedowns } from '../../lib/control/api/context.ts';
import type { StreamDocument } from '../../lib/control-store/documents.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

export interface WakingParts {
  /** Opens what begins a takedown, and goes as far as a caller may wait. Not done before it is needed. */
  readonly open: () => Promise<Takedowns>;
  /** Has another function go on with what is left. */
  readonly wake: (event: { readonly streamId: StreamId }) => Promise<void>;
  readonly emit: EmitEvent;
}

/**
 * Takedowns as a function begins them that is frozen once it has answered: another one is called for what is left. Where that
 * fails, the schedule finds it within a minute.
 */
export function wakingTakedowns({ open, wake, emit }: WakingParts): Takedowns {
  let opened: Promise<Takedowns> | undefined;

  async function begin(
    streamId: StreamId,
    ask: (runner: Takedowns) => Promise<StreamDocument<'takedown'>>,
  ): Promise<StreamDocument<'takedown'>> {
    opened ??= open();
    const runner = await opened.catch((cause) => {
      opened = undefined;
      throw cause;
    });
    let left = true;
    try {
      const document = await ask(runner);
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
    take: (streamId, reason) => begin(streamId, (runner) => runner.take(streamId, reason)),
    restore: (streamId) => begin(streamId, (runner) => runner.restore(streamId)),
  };
}
