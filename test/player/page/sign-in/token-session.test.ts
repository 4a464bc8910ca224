import { expect, test } from '@jest/globals';
import { TokenSession, tokenIn } from '../../../../lib/player/page/sign-in/token-session.ts';

const token = '0123456789abcdef'.repeat(4);

/** A tab's storage. */
function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test('the token is found in the link that was printed, and in no other fragment', () => {
  expect(tokenIn(`#token=${token}`)).toBe(token);
  for (const other of ['', '#token=', '#token=short', `#~${token}`, `#token=${token}&x=1`, `token=${token}`])
    expect([other, tokenIn(other)]).toEqual([other, undefined]);
});

test('a tab that is reloaded still has it, until its user leaves', async () => {
  const kept = storage();
  new TokenSession(() => kept).enter(token);
  const reloaded = new TokenSession(() => kept);
  expect([reloaded.isIn, await reloaded.accessToken()]).toEqual([true, token]);
  reloaded.leave();
  expect(new TokenSession(() => kept).isIn).toBe(false);
});

test('a token that the API refuses is forgotten, and the user asked again', async () => {
  const kept = storage();
  const session = new TokenSession(() => kept);
  let refusals = 0;
  session.onRefused = () => refusals++;
  session.enter(token);
  await session.tokenInstead('one of before');
  expect([session.isIn, refusals]).toEqual([true, 0]);
  expect(await session.tokenInstead(token)).toBeUndefined();
  expect([session.isIn, refusals, new TokenSession(() => kept).isIn]).toEqual([false, 1, false]);
});

test('where the browser keeps nothing, it lasts as long as the page', async () => {
  const session = new TokenSession(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  session.enter(token);
  expect(await session.accessToken()).toBe(token);
  session.leave();
  expect(session.isIn).toBe(false);
});
