import { describe, expect, test } from '@jest/globals';
import { answerEdge } from '../../../lib/player/documents/edge-answers.ts';
import { StreamDocuments } from '../../../lib/player/documents/stream-documents.ts';
import type { StreamCard } from '../../../lib/player/policy/stream-card.ts';

const id = '7h2kqv0m4x9rt3bz';
const card: StreamCard = { id, access: 'public', embedding: ['https://a.example'], name: 'Concert' };

function ask(
  pageUrl: string | undefined,
  told: () => StreamCard | undefined,
  more: { path?: string; query?: string } = {},
) {
  const documents = new StreamDocuments({
    template: async (file) => `<title>${file}</title><!-- tags -->`,
    cards: { find: async () => told() },
    onUnavailable: () => {},
  });
  return answerEdge(documents, { path: '/index.html', query: '', pageUrl, ...more });
}
const down = () => {
  throw new Error('down');
};

describe('what the edge is answered', () => {
  test('the player’s document says who may frame it, and is kept for minutes', async () => {
    const { status, headers, body } = await ask(`https://live.example/embed/${id}`, () => card);
    expect(status).toBe(200);
    expect(headers['Content-Security-Policy']).toContain('frame-ancestors https://a.example');
    expect(headers).not.toHaveProperty('X-Frame-Options');
    expect(headers['Cache-Control']).toContain('s-maxage=300');
    expect(headers['Cache-Control']).toContain('max-age=0');
    expect(body).toContain('og:title');
  });

  test('the viewer page’s may be framed by nobody', async () => {
    const { headers } = await ask(`https://live.example/watch/${id}`, () => card);
    expect(headers['Content-Security-Policy']).toContain("frame-ancestors 'none'");
  });

  test('an unknown stream’s player may be framed by nobody', async () => {
    const { status, headers } = await ask(`https://live.example/embed/${id}`, () => undefined);
    expect([status, headers['X-Frame-Options']]).toEqual([200, 'DENY']);
  });

  test('if nothing can be found out, it is an error, so that the edge serves what it had, or the page’s file', async () => {
    const { status, headers } = await ask(`https://live.example/watch/${id}`, down);
    expect([status, headers['Cache-Control']]).toEqual([503, 'public, max-age=0, s-maxage=1']);
    expect(
      (await ask('https://live.example/oembed', down, { query: `url=https://live.example/watch/${id}` }))
        .status,
    ).toBe(503);
  });

  test('without an address of a stream it is the file', async () => {
    expect((await ask(undefined, down, { path: '/embed.html' })).body).toContain('embed.html');
    expect((await ask(undefined, down)).body).toContain('index.html');
  });

  test('oEmbed is asked by the query, with addresses of the host that was asked', async () => {
    const query = `url=${encodeURIComponent(`https://live.example/watch/${id}`)}&maxwidth=320`;
    const { status, headers, body } = await ask('https://live.example/oembed', () => card, { query });
    expect([status, headers['Content-Type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(body)).toMatchObject({ width: 320, title: 'Concert' });
    const signed = () => ({ ...card, access: 'signed' as const, name: undefined });
    expect((await ask('https://live.example/oembed', signed, { query })).status).toBe(401);
    expect((await ask('https://live.example/oembed', () => undefined, { query })).status).toBe(404);
    expect((await ask('https://other.example/oembed', () => card, { query })).status).toBe(404);
  });
});
