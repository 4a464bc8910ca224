import type { RelayHello } from '../../../protocol/relay/hello.ts';

/** One link of a publish session. */
interface SessionLink {
  readonly hello: Pick<RelayHello, 'sessionId' | 'firstFrame'>;
  /** The next frame after those already delivered; undefined if the proxy doesn't count frames. */
  readonly nextFrame: number | undefined;
}

/**
 * The frame at which a session resumes over a new link, if that link replays from an earlier frame; undefined if it is a
 * different session or starts beyond what has been delivered.
 */
export function frameToResumeAt(last: SessionLink, next: SessionLink): number | undefined {
  const { nextFrame } = last;
  const { firstFrame } = next.hello;
  if (last.hello.sessionId !== next.hello.sessionId) return undefined;
  if (nextFrame === undefined || firstFrame === undefined || firstFrame > nextFrame) return undefined;
  return nextFrame;
}
