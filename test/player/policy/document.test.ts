import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { streamDocument } from '../../../lib/player/policy/document.ts';
import type { StreamPage } from '../../../lib/player/policy/page-address.ts';
import { readCard, type StreamCard } from '../../../lib/player/policy/stream-card.ts';

const id = '7h2kqv0m4x9rt3bz';
const page = {
  page: 'watch',
  streamId: id,
  region: 'local',
  broadcastId: undefined,
} as unknown as StreamPage;
const poster = `https://live.example/local/${id}/poster.jpg`;
const card: StreamCard = { id, access: 'public', embedding: 'anywhere', name: 'Sunday concert', poster };
const template = readFileSync(new URL('../../../lib/player/page/document.html', import.meta.url), 'utf8');
const made = (told: StreamCard | undefined, of = page) =>
  streamDocument(template, { page: of, card: told, origin: 'https://live.example' });
const meta = (html: string, name: string) =>
  new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)" />`).exec(html)?.[1];

describe('the document of a stream’s page', () => {
  test('says name, picture and address to link previews', () => {
    const html = made(card);
    expect(html).toContain('<title>Sunday concert · Headwater</title>');
    expect(meta(html, 'og:title')).toBe('Sunday concert');
    expect(meta(html, 'og:image')).toBe(poster);
    expect(meta(html, 'og:url')).toBe(`https://live.example/watch/${id}?region=local`);
    expect(meta(html, 'twitter:card')).toBe('summary_large_image');
    expect(meta(html, 'description')).toBe('Watch “Sunday concert” live.');
    const [, oembed = ''] = /type="application\/json\+oembed" href="([^"]+)"/.exec(html) ?? [];
    const asked = new URL(oembed);
    expect(asked.pathname).toBe('/oembed');
    expect(asked.searchParams.get('url')).toBe(meta(html, 'og:url'));
  });

  test('of a recording shows the recording’s picture', () => {
    const html = made(card, {
      ...page,
      broadcastId: '1jm8qv0m4x9rt3bz',
    } as unknown as StreamPage);
    expect(meta(html, 'og:image')).toBe(`https://live.example/local/${id}/1jm8qv0m4x9rt3bz/poster.jpg`);
    expect(meta(html, 'og:url')).toContain('&amp;broadcast=1jm8qv0m4x9rt3bz');
    expect(meta(html, 'og:description')).toBe('Watch “Sunday concert” again.');
  });

  test('a name is text, whatever it contains', () => {
    const name = `"><script>alert(1)</script> $& $1 & Co`;
    const html = made({ ...card, name });
    expect(html).not.toContain('<script>');
    expect(meta(html, 'og:title')).toBe('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt; $&amp; $1 &amp; Co');
  });

  test('without a picture it is a small card', () => {
    const html = made({ ...card, poster: undefined });
    expect(meta(html, 'twitter:card')).toBe('summary');
    expect(html).not.toContain('og:image');
  });

  test('a signed stream’s says nothing, whatever the API lets out', () => {
    const leaky = { id, access: 'signed', embedding: 'anywhere', name: 'Board meeting', poster };
    const html = made(readCard(leaky));
    expect(html).toBe(made(undefined));
    expect(html).not.toMatch(/Board|poster|og:|oembed/);
  });
});
