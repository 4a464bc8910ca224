import { describe, expect, test } from '@jest/globals';
import { playbackRefusals } from '../../../../lib/edge/policy/access/playback.ts';
import { signToken } from '../../../../lib/edge/policy/access/playback-token.ts';
import {
  carryToken,
  isOutdated,
  linkFaultOf,
  renewInMs,
  sameButToken,
  swapToken,
  tokenExpiryMs,
  tokenOf,
  withToken,
} from '../../../../lib/player/page/model/playback-link.ts';

const expiresMs = Date.UTC(2026, 10, 27, 12);
const session = `${expiresMs.toString(36).padStart(8, '0')}abcdefghjkmn`;
const signed = signToken('local/s', { session, issuedMs: 1, viewerId: 'a-b_c' }, { id: 'k001', secret: 'x' });
const token = `~${signed}`;
const media = 'https://live.example.com/local/s/b7/manifest.mpd';

describe('the token of a link', () => {
  test.each([
    `#${token}`,
    `https://live.example.com/watch/s?region=local#${token}`,
    `https://live.example.com/local/${token}/s/index.m3u8`,
    token,
  ])('is found in %s', (text) => {
    expect(tokenOf(text)).toBe(token);
  });

  test.each(['', '#', '#main', '#~', 'https://live.example.com/watch/s', '#~a/b'])(
    'there is none in %j',
    (text) => {
      expect(tokenOf(text)).toBe(text === '#~a/b' ? '~a' : undefined);
    },
  );

  test('says when it expires', () => {
    expect(tokenExpiryMs(token)).toBe(expiresMs);
    expect(tokenExpiryMs('~x')).toBeUndefined();
  });
});

describe('a media URL', () => {
  const carried = `https://live.example.com/local/${token}/s/b7/manifest.mpd`;

  test('carries the token after the region, instead of an older one', () => {
    expect(carryToken(media, token)).toBe(carried);
    expect(carryToken(carried, '~new')).toBe('https://live.example.com/local/~new/s/b7/manifest.mpd');
    expect(carryToken(media, undefined)).toBe(media);
  });

  test('keeps its place for it while playing, and no other request gets one', () => {
    expect(swapToken(carried, '~new')).toContain('/~new/');
    for (const url of [media, 'https://live.example.com/time', 'data:text/plain,x', 'blob:x']) {
      expect(swapToken(url, '~new')).toBe(url);
    }
  });

  test('is outdated once there is a newer token, not before', () => {
    expect(isOutdated(carried, '~new')).toBe(true);
    for (const current of [token, undefined]) expect(isOutdated(carried, current)).toBe(false);
  });

  test('is the same with another token, and another with another path', () => {
    expect(sameButToken(carried, carryToken(media, '~new'))).toBe(true);
    expect(sameButToken(carried, media)).toBe(true);
    expect(sameButToken(carried, carried.replace('b7', 'b8'))).toBe(false);
  });
});

test('the edge’s refusals are told apart, and anything else is an invalid link', () => {
  for (const code of ['missing', 'invalid', 'expired', 'revoked'] as const) {
    expect(linkFaultOf(playbackRefusals[code].body)).toBe(`link-${code}`);
  }
  expect(linkFaultOf('')).toBe('link-invalid');
});

test.each([
  [3_600_000, 3_540_000],
  [100_000, 80_000],
  [0, 0],
  [-5, 0],
])('a link with %i ms left is renewed in %i ms', (leftMs, inMs) => {
  expect(renewInMs(1_000_000, 1_000_000 + leftMs)).toBe(inMs);
});

test('a token goes onto the address of a recording, in place of another', () => {
  const page = 'https://live.example.com/watch/s?region=local&broadcast=b000000000000001';
  expect(withToken(page, token)).toBe(`${page}#${token}`);
  expect(withToken(`${page}#~old`, token)).toBe(`${page}#${token}`);
  expect(tokenOf(withToken(page, token))).toBe(token);
});
