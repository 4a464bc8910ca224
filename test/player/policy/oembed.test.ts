import { describe, expect, test } from '@jest/globals';
import { oembedAnswer, readOembedQuestion } from '../../../lib/player/policy/oembed.ts';
import type { StreamCard } from '../../../lib/player/policy/stream-card.ts';

const id = '7h2kqv0m4x9rt3bz';
const host = 'live.example';
const url = `https://${host}/watch/${id}?region=local`;
const card: StreamCard = { id, access: 'public', embedding: 'anywhere', name: 'Tom & "Ann"' };

const ask = (query: Record<string, string>) => readOembedQuestion(new URLSearchParams(query), host);
function answer(query: Record<string, string>, told = card) {
  const question = ask(query);
  if ('status' in question) throw new Error(question.reason);
  return oembedAnswer(question, told);
}

describe('oEmbed', () => {
  test('gives a frame with the player, in which a name is text', () => {
    expect(answer({ url })).toMatchObject({
      type: 'video',
      version: '1.0',
      title: 'Tom & "Ann"',
      width: 640,
      height: 360,
    });
    expect(answer({ url })).toHaveProperty(
      'html',
      `<iframe src="https://${host}/embed/${id}?region=local" title="Tom &amp; &quot;Ann&quot;" width="640" height="360" ` +
        'style="border:0;max-width:100%" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>',
    );
  });

  test.each([
    [{ maxwidth: '320' }, 320, 180],
    [{ maxheight: '90' }, 160, 90],
    [{ maxwidth: '4000', maxheight: '4000' }, 640, 360],
    [{ maxwidth: 'x', maxheight: '-4' }, 640, 360],
  ])('fits what the consumer has: %j', (most, width, height) => {
    expect(answer({ url, ...most })).toMatchObject({ width, height });
  });

  test('is a link where the broadcaster allows no frames, and a frame where some sites may', () => {
    const closed = answer({ url }, { ...card, embedding: 'nowhere' });
    expect(closed.type).toBe('link');
    expect(closed).not.toHaveProperty('html');
    expect(answer({ url }, { ...card, embedding: ['https://a.example'] }).type).toBe('video');
  });

  test('has the poster as its thumbnail', () => {
    const poster = `https://${host}/local/${id}/poster.jpg`;
    expect(answer({ url }, { ...card, poster })).toMatchObject({
      thumbnail_url: poster,
      thumbnail_width: 1280,
    });
  });

  test.each([
    [{}, 400],
    [{ url: 'nonsense' }, 400],
    [{ url: `https://elsewhere.example/watch/${id}` }, 404],
    [{ url: `javascript://${host}/watch/${id}` }, 404],
    [{ url: `ftp://${host}/watch/${id}` }, 404],
    [{ url: `https://${host}/` }, 404],
    [{ url, format: 'xml' }, 501],
  ])('%j is refused with %i', (query, status) => {
    expect(ask(query as unknown as Record<string, string>)).toMatchObject({ status });
  });
});
