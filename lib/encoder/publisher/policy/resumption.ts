import type { RelayHello } from '../../../protocol/relay/hello.ts';

/** One link of a publish session. */
interface SessionLink {
  readonly hello: Pick<RelayHello, 'sessionId' | 'firstFrame'>;
  /** The frame that follows what it handed over; undefined where its proxy does not count. */
  readonly nextFrame: number | undefined;
}

/**
 * The frame at which a session goes on by another link, where that brings it again from an earlier one; undefined where it is
 * another session, or begins beyond what is here.
 */
export function frameToResumeAt(last: SessionLink, next: SessionLink): number | undefined {
  const { nextFrame } = last;
  const { firstFrame } = next.hello;
  if (last.hello.sessionId !== next.hello.sessionId) return undefined;
  if (nextFrame === undefined || firstFrame === undefined || firstFrame > nextFrame) return undefined;
  return nextFrame;
}
