import { describe, expect, test } from '@jest/globals';
import { isMediaCredential, mediaCredential } from '../../../lib/protocol/relay/media-credential.ts';
import type { RelayKeys } from '../../../lib/protocol/relay/seal.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';

const [old, now, next] = ['old', 'now', 'next'].map((name) => name.padEnd(32, '.')) as [
  string,
  string,
  string,
];
const worker = 'encoder-1' as MemberId;
const atMs = 1_795_366_800_000;
const minuteMs = 60_000;
const made = (keys: RelayKeys = [now], at = atMs) => mediaCredential(keys, worker, at);

describe("a live origin's credential", () => {
  test('opens the worker that it was made for, and no other', () => {
    expect(isMediaCredential([now], worker, atMs, made())).toBe(true);
    expect(isMediaCredential([now], 'encoder-2' as MemberId, atMs, made())).toBe(false);
  });

  test('holds for two minutes to either side', () => {
    for (const minutes of [-2, -1, 1, 2])
      expect(isMediaCredential([now], worker, atMs + minutes * minuteMs, made())).toBe(true);
    for (const minutes of [-3, 3])
      expect(isMediaCredential([now], worker, atMs + minutes * minuteMs, made())).toBe(false);
  });

  test('is made by the newest key, and taken by any that the worker has', () => {
    expect(isMediaCredential([next, now], worker, atMs, made([now, old]))).toBe(true);
    expect(isMediaCredential([old], worker, atMs, made([now, old]))).toBe(false);
    expect(isMediaCredential([next], worker, atMs, made())).toBe(false);
  });

  test('stays the same for a minute, so that it need not be made for each request', () => {
    expect(made([now], atMs + minuteMs - 1)).toBe(made());
    expect(made([now], atMs + minuteMs)).not.toBe(made());
  });

  test('breaks with every character', () => {
    const header = made();
    for (let at = 'Bearer '.length; at < header.length; at++) {
      const changed = `${header.slice(0, at)}${header[at] === '1' ? '2' : '1'}${header.slice(at + 1)}`;
      expect(isMediaCredential([now], worker, atMs, changed)).toBe(false);
    }
  });

  test('is missed where there is none, or something else', () => {
    const mac = made().slice(made().indexOf('.') + 1);
    for (const header of [undefined, '', 'Bearer ', 'Bearer x', `Bearer ${mac}`, `Basic ${made().slice(7)}`])
      expect(isMediaCredential([now], worker, atMs, header)).toBe(false);
    for (const minute of ['', '-1', 'NaN', '1e3', '9'.repeat(400)])
      expect(isMediaCredential([now], worker, atMs, `Bearer ${minute}.${mac}`)).toBe(false);
  });
});
