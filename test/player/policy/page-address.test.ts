import { describe, expect, test } from '@jest/globals';
import { addressOf, type StreamPage, streamPageAt } from '../../../lib/player/policy/page-address.ts';

const id = '7h2kqv0m4x9rt3bz';
const at = (path: string) => streamPageAt(new URL(path, 'https://live.example'));

describe('the page of a stream', () => {
  test('is read from its address, and written as one address whatever else that said', () => {
    const page = at(`/embed/${id}/?region=eu-central-1&utm_source=x&broadcast=1jm8qv0m4x9rt3bz#~token`);
    expect(page).toEqual({
      page: 'embed',
      streamId: id,
      region: 'eu-central-1',
      broadcastId: '1jm8qv0m4x9rt3bz',
    });
    expect(addressOf('https://live.example', page as StreamPage)).toBe(
      `https://live.example/embed/${id}?region=eu-central-1&broadcast=1jm8qv0m4x9rt3bz`,
    );
    expect(addressOf('https://live.example', at(`/watch/${id}`) as StreamPage)).toBe(
      `https://live.example/watch/${id}`,
    );
  });

  test.each([
    '/',
    '/watch/',
    '/watch/short',
    `/streams/${id}`,
    `/watch/${id}/more`,
    `/watch/${id.toUpperCase()}`,
  ])('%s is none', (path) => {
    expect(at(path)).toBeUndefined();
  });

  test('what isn’t a region or a broadcast is left out', () => {
    expect(at(`/watch/${id}?region=A"B&broadcast=../x`)).toMatchObject({
      region: undefined,
      broadcastId: undefined,
    });
  });
});
