import { describe, expect, test } from '@jest/globals';
import { chosenRegion, readRegions } from '../../../../lib/player/page/sign-in/regions.ts';

const regions = ['eu-central-1', 'us-east-1'];

describe('the region to manage', () => {
  test.each([
    ['is the one in the address', '?region=us-east-1', undefined, 'us-east-1'],
    ['is the address’s rather than the last one', '?region=us-east-1', 'eu-central-1', 'us-east-1'],
    ['is the last one of this tab', '', 'us-east-1', 'us-east-1'],
    ['is the first by default', '', undefined, 'eu-central-1'],
    ['is never one that this deployment doesn’t have', '?region=evil.example', 'gone', 'eu-central-1'],
  ])('%s', (_, search, last, expected) => {
    expect(chosenRegion(search, regions, last)).toBe(expected);
  });
});

describe('a region’s API', () => {
  const read = async (response: () => Promise<Response>) =>
    (await readRegions(['us-east-1'], response as typeof fetch)).get('us-east-1');

  test('is where its document says', async () => {
    const asked: string[] = [];
    const found = await readRegions(regions, async (url) => {
      asked.push(String(url));
      return Response.json({ apiBaseUrl: `https://api${asked.length}.example.com` });
    });
    expect(asked).toEqual(['/regions/eu-central-1.json', '/regions/us-east-1.json']);
    expect([...found]).toEqual([
      ['eu-central-1', { apiBaseUrl: 'https://api1.example.com' }],
      ['us-east-1', { apiBaseUrl: 'https://api2.example.com' }],
    ]);
  });

  test('without a document has no address yet', async () => {
    expect(await read(async () => new Response('', { status: 404 }))).toEqual({
      fault: expect.stringContaining('us-east-1 isn’t deployed yet'),
    });
  });

  test.each<[string, () => Promise<Response>]>([
    ['the page’s server is down', () => Promise.reject(new TypeError('fetch failed'))],
    ['the document isn’t JSON', async () => new Response('<html>')],
    ['the document has no address', async () => Response.json({})],
    ['the address is none', async () => Response.json({ apiBaseUrl: 'nowhere' })],
  ])('is unknown, and the page says so, if %s', async (_, response) => {
    expect(await read(response)).toEqual({ fault: expect.stringContaining('couldn’t be read') });
  });
});
