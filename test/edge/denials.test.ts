import { describe, expect, test } from '@jest/globals';
import { deniedBody } from '../../lib/edge/policy/access/denial.ts';
import { edgeInMemory } from './edge-in-memory.ts';

const stream = 'local/7h2kqv0m4x9rt3bz';
const segment = `/${stream}/b/720p/1.m4s`;
const other = '/local/another0another0/b/720p/1.m4s';
const fresh = { 'cache-control': 'max-age=3600' };

async function withBoth() {
  const edge = edgeInMemory();
  for (const target of [segment, other]) {
    edge.ask(target);
    await edge.upstream.last.head(200, fresh);
    await edge.upstream.last.push('media');
    await edge.upstream.last.end();
  }
  return edge;
}

describe('an edge that denies a stream', () => {
  test('answers 410 to whatever is asked of it, asks no other tier, and goes on with other streams', async () => {
    const { handler, ask, upstream } = await withBoth();
    const asked = upstream.calls.length;
    handler.deny(new Set([stream]));
    for (const target of [segment, `${segment}?x=1`, `/${stream}/index.m3u8`, `/${stream}/manifest.mpd`]) {
      const client = ask(target);
      expect(client).toMatchObject({ status: 410, ended: 'end' });
      expect(client.response?.headers).toMatchObject({
        'cache-control': 'no-store',
        'access-control-allow-origin': '*',
        'content-length': String(client.text.length),
      });
      expect(JSON.parse(client.text)).toMatchObject({ status: 410 });
    }
    expect(ask(segment, {}, 'HEAD')).toMatchObject({ status: 410, text: '' });
    expect(ask(segment, { 'if-none-match': '*', range: 'bytes=0-1' })).toMatchObject({ status: 410 });
    expect(upstream.calls).toHaveLength(asked);
    expect(ask(other)).toMatchObject({ status: 200, state: 'hit', text: 'media' });
  });

  test('denies a recording by itself, and none of the stream’s others', async () => {
    const { handler, ask, cache } = await withBoth();
    const { objects } = cache.memory;
    handler.deny(new Set([`${stream}/b`]));
    expect(cache.memory.objects).toBe(objects - 1);
    expect(ask(segment)).toMatchObject({ status: 410 });
    expect(ask(`/${stream}/c/720p/1.m4s`)).not.toMatchObject({ status: 410 });
    expect(ask(`/${stream}/index.m3u8`)).not.toMatchObject({ status: 410 });
  });

  test('still answers preflights, so that pages can read the refusal', async () => {
    const { handler, ask } = await withBoth();
    handler.deny(new Set([stream]));
    expect(ask(segment, {}, 'OPTIONS')).toMatchObject({ status: 204 });
  });

  test('drops what it held of it, and asks anew once it is allowed again', async () => {
    const { handler, ask, upstream, cache } = await withBoth();
    const { objects } = cache.memory;
    handler.deny(new Set([stream]));
    expect(cache.memory.objects).toBe(objects - 1);
    handler.deny(new Set());
    const asked = upstream.calls.length;
    const client = ask(segment);
    expect(upstream.calls).toHaveLength(asked + 1);
    await upstream.last.head(200, fresh);
    await upstream.last.push('again');
    await upstream.last.end();
    expect(client).toMatchObject({ status: 200, text: 'again' });
  });

  test('refuses those who waited for an object when it was denied', async () => {
    const { handler, ask, upstream } = edgeInMemory();
    const clients = [ask(segment), ask(segment)];
    handler.deny(new Set([stream]));
    await upstream.last.head(200, fresh);
    await upstream.last.push('media');
    await upstream.last.end();
    expect(clients.map(({ status }) => status)).toEqual([410, 410]);
  });

  test('keeps what it has of a stream that stays denied or allowed when another is denied', async () => {
    const { handler, ask } = await withBoth();
    handler.deny(new Set([stream]));
    handler.deny(new Set([stream, 'local/third']));
    expect(ask(segment)).toMatchObject({ status: 410 });
    expect(ask(other)).toMatchObject({ state: 'hit' });
  });

  test('passes on the next tier’s denial, which may be the first to know, and keeps nothing of it', async () => {
    const { ask, upstream } = edgeInMemory();
    const client = ask(segment);
    await upstream.last.head(410, { 'cache-control': 'no-store' });
    expect(client).toMatchObject({ status: 410, text: deniedBody });
    expect(client.response?.headers['cache-control']).toBe('no-store');
    ask(segment);
    expect(upstream.calls).toHaveLength(2);
  });

  test('tells how many requests it denied', async () => {
    const { handler, ask } = await withBoth();
    handler.deny(new Set([stream]));
    ask(segment);
    ask(segment);
    expect(JSON.parse(ask('/_metrics').text)).toMatchObject({ denied: 2 });
  });
});
