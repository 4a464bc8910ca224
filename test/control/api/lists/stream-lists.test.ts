import { beforeEach, describe, expect, test } from '@jest/globals';
import type { StreamId } from '../../../../lib/routing/ids.ts';
import { type Body, createTestApi, goOnAir, type TestApi } from '../harness.ts';

let api: TestApi;
beforeEach(() => {
  api = createTestApi();
});

/** Creates streams a millisecond apart. */
async function createMany(count: number): Promise<StreamId[]> {
  const ids: StreamId[] = [];
  for (let at = 0; at < count; at++) {
    api.clock.wallTimeMs += 1;
    ids.push((await api.create(`Studio ${at}`)).id);
  }
  return ids;
}

/** Ids of all pages; `between` is called after each. */
async function pagesOf(query: string, between?: (page: number) => Promise<unknown>): Promise<string[][]> {
  const pages: string[][] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    const { status, body }: Body = await api.call(
      'GET',
      `/v1/streams?${query}${cursor && `&cursor=${cursor}`}`,
    );
    expect(status).toBe(200);
    pages.push(body.streams.map(({ id }: Body) => id));
    cursor = body.cursor;
    await between?.(pages.length);
  }
  return pages;
}

describe('listing streams', () => {
  test('begins with the newest and leads to the oldest, whatever is created in between', async () => {
    const ids = await createMany(5);
    const pages = await pagesOf('limit=2', () => createMany(1));
    expect(pages).toEqual([[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]);
  });

  test('on air begins with the one that went on air last, whatever comes and ends in between', async () => {
    const ids = await createMany(6);
    const order = [3, 0, 5, 1, 4].map((at) => ids[at]!);
    const onAir: Body[] = [];
    for (const id of order) {
      api.clock.wallTimeMs += 1;
      onAir.push(await goOnAir(api, id));
    }
    const pages = await pagesOf('onAir=true&limit=2', async (page) => {
      if (page !== 1) return;
      api.clock.wallTimeMs += 1;
      await goOnAir(api, ids[2]!);
      // The one that the next page begins behind, and one of the last page.
      for (const at of [3, 0]) await api.store.putBroadcast({ ...onAir[at], state: 'ended' });
    });
    expect(pages).toEqual([
      [order[4], order[3]],
      [order[2], order[1]],
    ]);
  });

  test('on air lists a stream once, though a broadcast before was never ended', async () => {
    const [id] = await createMany(1);
    await goOnAir(api, id!);
    api.clock.wallTimeMs += 1;
    await goOnAir(api, id!);
    expect(await pagesOf('onAir=true&limit=1')).toEqual([[id]]);
  });

  test.each([
    ['cursor=abc', 'Must be the cursor of the page before, as it came.'],
    ['cursor=', 'Must be the cursor of the page before, as it came.'],
    ['cursor=7h2kqv0m4x9rt3bz', 'Must be the cursor of the page before, as it came.'],
    ['onAir=true&cursor=1790000000000-7h2kqv0m4x9rt3bz', expect.stringMatching(/another "onAir"/)],
    ['cursor=1jm8p0v4c7h2kqv0-7h2kqv0m4x9rt3bz', expect.stringMatching(/another "onAir"/)],
  ])('the query %s is refused in words', async (query, detail) => {
    const { status, body } = await api.call('GET', `/v1/streams?${query}`);
    expect([status, body.errors]).toEqual([400, [{ parameter: 'cursor', detail }]]);
  });
});
