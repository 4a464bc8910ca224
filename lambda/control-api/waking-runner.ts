import type { StreamId } from '../../lib/routing/ids.ts';

export interface WakingParts<Runner> {
  /** Opens the runner that begins the work and continues it for as long as a caller may wait. Called lazily. */
  readonly open: () => Promise<Runner>;
  /** Invokes another function to continue the remaining work. */
  readonly wake: (event: { readonly streamId: StreamId }) => Promise<void>;
  /** The other function wasn't invoked; its schedule picks the work up within a minute. */
  readonly failed: (streamId: StreamId, cause: unknown) => void;
}

/**
 * Begins work that is persisted, in a function that is frozen once it has responded, and invokes another function for the rest.
 * `isLeft` tells by the answer whether there is any.
 */
export function wakingRunner<Runner>({ open, wake, failed }: WakingParts<Runner>) {
  let opened: Promise<Runner> | undefined;

  return async function begin<Answer>(
    streamId: StreamId,
    ask: (runner: Runner) => Promise<Answer>,
    isLeft: (answer: Answer) => boolean,
  ): Promise<Answer> {
    opened ??= open();
    const runner = await opened.catch((cause) => {
      opened = undefined;
      throw cause;
    });
    let left = true;
    try {
      const answer = await ask(runner);
      left = isLeft(answer);
      return answer;
    } finally {
      // Even after a failure: the request may already be stored.
      if (left) await wake({ streamId }).catch((cause) => failed(streamId, cause));
    }
  };
}
