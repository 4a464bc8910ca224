import { beforeEach, describe, expect, test } from '@jest/globals';
import type { StreamRecord } from '../../lib/control-store/records.ts';
import { KeyCheck } from '../../lib/ingest/key-check.ts';
import { newStreamId } from '../../lib/routing/ids.ts';
import { formatStreamKey, hashStreamKey, newStreamKey } from '../../lib/routing/stream-key.ts';

const pepper = 'a pepper for tests';
const id = newStreamId();
const key = newStreamKey(id);
const name = formatStreamKey(key);
const live: StreamRecord = {
  id,
  name: 'Concert',
  createdAtMs: 1,
  reconnectWindowMs: 0,
  keys: [{ id: 'k', hash: hashStreamKey(key, pepper), createdAtMs: 1 }],
  version: 1,
};
const takenDown: StreamRecord = { ...live, takenDown: { reason: 'A secret of ours', atMs: 2 } };

let stream: StreamRecord | undefined;
let check: KeyCheck;
beforeEach(() => {
  stream = live;
  check = new KeyCheck({ getStream: async () => stream }, pepper);
});

describe('the check of a stream key', () => {
  test.each([
    ['a query', `${name}?token=1&x=/`],
    ['blanks and line breaks around it', `  ${name}\r\n`],
    ['a line break inside', `${name.slice(0, 20)}\n${name.slice(20)}`],
    ['a byte order mark and a zero-width space', `\uFEFF${name}\u200B`],
    ['slashes around it', `/${name}//`],
    ['the app before it', `live/${name}`],
    ['the whole URL before it', `rtmps://ingest.example.com:443/live/${name}`],
    ['percent-encoding', `%20${name.replace('_', '%5F')}%0A%3Ftoken=1`],
    ['a percent sign that encodes nothing', `${name}?discount=5%`],
  ])('accepts a key with %s', async (_what, text) => {
    expect(await check.check(text)).toEqual({ verdict: 'valid', stream: live });
  });

  test.each([
    ['', undefined],
    ['/', undefined],
    ['live', undefined],
    [name.slice(0, -1), id],
    [`${name}0`, id],
    [` ${name.slice(0, 17)}`, id],
    [`${id}_ä`, id],
    [id, id],
    [name.slice(1), undefined],
    [`${name}/x`, undefined],
  ])('refuses the malformed key %j, and knows the stream that it names', async (text, streamId) => {
    expect(await check.check(text)).toEqual({
      verdict: 'refused',
      reason: 'malformed-key',
      ...(streamId && { streamId }),
    });
  });

  test('returns the record of the stream that the key opens', async () => {
    expect(await check.check(name)).toEqual({ verdict: 'valid', stream: live });
  });

  test('refuses everyone once the stream is taken down, even someone just accepted', async () => {
    await check.check(name);
    stream = takenDown;
    expect(await check.check(name)).toEqual({
      verdict: 'refused',
      reason: 'taken-down',
      streamId: id,
    });
    stream = live;
    expect(await check.check(name)).toMatchObject({ verdict: 'valid' });
  });

  test('reveals a takedown only to someone with the key', async () => {
    stream = takenDown;
    const wrong = formatStreamKey(newStreamKey(id));
    expect(await check.check(wrong)).toEqual({
      verdict: 'refused',
      reason: 'wrong-key',
      streamId: id,
    });
  });

  test('refuses a revoked key at once', async () => {
    await check.check(name);
    stream = { ...live, keys: [] };
    expect(await check.check(name)).toMatchObject({ verdict: 'refused', reason: 'wrong-key' });
  });

  test('tells an expired key from a wrong one', async () => {
    const [old] = live.keys;
    stream = { ...live, keys: [{ ...old!, expiresAtMs: Date.now() - 1 }] };
    const expired = { verdict: 'refused', reason: 'expired-key', streamId: id };
    expect(await check.check(name)).toEqual(expired);
    const wrong = formatStreamKey(newStreamKey(id));
    expect(await check.check(wrong)).toMatchObject({ reason: 'wrong-key' });
    // The same key made valid again counts.
    stream = { ...stream, keys: [...stream.keys, old!] };
    expect(await check.check(name)).toMatchObject({ verdict: 'valid' });
  });

  test('names no stream for what is no key, and refuses a key of a stream that does not exist', async () => {
    stream = undefined;
    expect(await check.check('hello')).toEqual({ verdict: 'refused', reason: 'malformed-key' });
    expect(await check.check(name)).toEqual({ verdict: 'refused', reason: 'unknown-stream', streamId: id });
  });

  test('refuses everyone if the store cannot be read', async () => {
    await check.check(name);
    const cause = new Error('down');
    const blind = new KeyCheck({ getStream: () => Promise.reject(cause) }, pepper);
    expect(await blind.check(name)).toEqual({
      verdict: 'refused',
      reason: 'key-unchecked',
      streamId: id,
      cause,
    });
  });
});
