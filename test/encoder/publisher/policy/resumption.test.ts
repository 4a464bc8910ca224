import { expect, test } from '@jest/globals';
import { frameToResumeAt } from '../../../../lib/encoder/publisher/policy/resumption.ts';
import type { SessionId } from '../../../../lib/routing/ids.ts';

const link = (sessionId: string, firstFrame: number | undefined, nextFrame: number | undefined) => ({
  hello: { sessionId: sessionId as SessionId, ...(firstFrame === undefined ? {} : { firstFrame }) },
  nextFrame,
});
const had = link('a', 0, 100);

test('a session resumes over another link after what the last one brought', () => {
  expect(frameToResumeAt(had, link('a', 60, 60))).toBe(100);
  expect(frameToResumeAt(had, link('a', 100, 100))).toBe(100);
});

test.each([
  ['another session', had, link('b', 60, 60)],
  ['a replay that begins beyond what is here', had, link('a', 101, 101)],
  ['a proxy that does not count', had, link('a', undefined, undefined)],
  ['a last link whose proxy did not count', link('a', undefined, undefined), link('a', 60, 60)],
])('%s starts afresh', (_, last, next) => {
  expect(frameToResumeAt(last, next)).toBeUndefined();
});
