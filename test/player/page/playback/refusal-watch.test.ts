import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { watchForRefusal } from '../../../../lib/player/page/playback/refusal-watch.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A watch on what `plays`, in front of an edge that answers `status`; a status of 0 is no answer. */
function watch(plays: { url: string | undefined }) {
  const edge = { status: 200, asked: [] as string[], told: 0 };
  const stop = watchForRefusal(
    () => plays.url,
    () => edge.told++,
    async (url, init) => {
      edge.asked.push(`${init?.method} ${url}`);
      if (edge.status === 0) throw new TypeError('Failed to fetch');
      return new Response(null, { status: edge.status });
    },
  );
  return { edge, stop };
}

test('a video that the browser plays by itself is told dark two seconds after the edge refuses it, at most', async () => {
  const { edge, stop } = watch({ url: '/s/index.m3u8' });
  await jest.advanceTimersByTimeAsync(6_000);
  expect([edge.asked.length, edge.told]).toEqual([3, 0]);
  expect(edge.asked[0]).toBe('HEAD /s/index.m3u8');
  edge.status = 410;
  await jest.advanceTimersByTimeAsync(2_000);
  expect(edge.told).toBe(1);
  stop();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(edge.told).toBe(1);
});

test('nothing is asked while nothing plays', async () => {
  const plays: { url: string | undefined } = { url: undefined };
  const { edge, stop } = watch(plays);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(edge.asked).toEqual([]);
  plays.url = '/s/index.m3u8';
  await jest.advanceTimersByTimeAsync(2_000);
  expect(edge.asked).toHaveLength(1);
  stop();
});

test('an answer about what played before counts for nothing', async () => {
  const plays = { url: '/old/index.m3u8' };
  let told = 0;
  const stop = watchForRefusal(
    () => plays.url,
    () => told++,
    async () => {
      plays.url = '/new/index.m3u8';
      return new Response(null, { status: 410 });
    },
  );
  await jest.advanceTimersByTimeAsync(2_000);
  expect(told).toBe(0);
  stop();
});

test.each([0, 404, 500, 503])('an edge that answers %d is no takedown', async (status) => {
  const { edge, stop } = watch({ url: '/s/index.m3u8' });
  edge.status = status;
  await jest.advanceTimersByTimeAsync(4_000);
  expect([edge.asked.length, edge.told]).toEqual([2, 0]);
  stop();
});

test('a link that expires is told from one that was revoked by the answer itself', async () => {
  const told: string[] = [];
  const asked: (string | undefined)[] = [];
  const stop = watchForRefusal(
    () => '/s/index.m3u8',
    (refusal) => told.push(refusal),
    async (_, init) => {
      asked.push(init?.method);
      return new Response(init?.method === 'HEAD' ? null : '{"code":"playback-expired"}', { status: 403 });
    },
  );
  await jest.advanceTimersByTimeAsync(2_000);
  stop();
  expect([told, asked]).toEqual([['link-expired'], ['HEAD', undefined]]);
});
