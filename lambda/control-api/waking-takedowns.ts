import type { Takedowns } from '../../lib/control/api/context.ts';
import type { StreamDocument } from '../../lib/control-store/documents.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

export interface WakingParts {
  /** Opens the runner that begins a takedown and works on it for as long as a caller may wait. Called lazily. */
  readonly open: () => Promise<Takedowns>;
  /** Invokes another function to continue the remaining work. */
  readonly wake: (event: { readonly streamId: StreamId }) => Promise<void>;
  readonly emit: EmitEvent;
}

/**
 * Takedowns for a function that is frozen once it has responded: it begins them and invokes another function for the rest. If
 * that fails, the schedule picks them up within a minute.
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
      // Even after a failure: the request may already be stored.
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
