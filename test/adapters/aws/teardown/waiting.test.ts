import { expect, test } from '@jest/globals';
import { waitUntilGone } from '../../../../lib/adapters/aws/teardown/waiting.ts';
import { AccountError } from '../../../../lib/teardown/ports.ts';

test('what is waited for is said each time that it changes, until nothing is left', async () => {
  const left = ['2 on air', '2 on air', '1 on air', undefined];
  const said: string[] = [];
  await waitUntilGone(async () => left.shift(), { everyMs: 1, progress: (words) => void said.push(words) });
  expect(said).toEqual(['2 on air', '1 on air']);
});

test('at the limit it is an error that names what is left', async () => {
  let looks = 0;
  const waiting = waitUntilGone(
    async () => {
      looks += 1;
      return '1 task is stopping';
    },
    { everyMs: 1, limitMs: 3, progress: () => {} },
  );
  await expect(waiting).rejects.toThrow(/^Still waiting after \d+ minutes: 1 task is stopping/);
  await expect(waiting).rejects.toBeInstanceOf(AccountError);
  expect(looks).toBe(4);
});
