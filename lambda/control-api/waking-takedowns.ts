import type { StreamDeletions, Takedowns } from '../../lib/control/api/context.ts';
import { deniedUntilMs } from '../../lib/control/deletions/policy/deletion-machine.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';
import { type WakingParts, wakingRunner } from './waking-runner.ts';

type Parts<Runner> = Omit<WakingParts<Runner>, 'failed'> & { readonly emit: EmitEvent };

/** Takedowns that another function finishes. */
export function wakingTakedowns({ emit, ...parts }: Parts<Takedowns>): Takedowns {
  const begin = wakingRunner({
    ...parts,
    failed: (streamId, cause) => emit('control.takedown.wake-failed', { streamId, cause }),
  });
  return {
    take: (streamId, reason) => begin(streamId, (runner) => runner.take(streamId, reason), isOpen),
    restore: (streamId) => begin(streamId, (runner) => runner.restore(streamId), isOpen),
  };
}

/** Deletions that another function finishes. */
export function wakingDeletions({ emit, ...parts }: Parts<StreamDeletions>): StreamDeletions {
  const begin = wakingRunner({
    ...parts,
    failed: (streamId, cause) => emit('control.deletion.wake-failed', { streamId, cause }),
  });
  return {
    ask: (streamId, request) =>
      begin(
        streamId,
        (runner) => runner.ask(streamId, request),
        (deletion) => deniedUntilMs(deletion) === undefined,
      ),
  };
}

const isOpen = ({ open }: { readonly open: boolean }): boolean => open;
