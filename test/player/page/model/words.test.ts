import { describe, expect, test } from '@jest/globals';
import type { TakedownState } from '../../../../lib/player/page/api/types.ts';
import {
  ffmpegLine,
  isLoopback,
  preferredPoint,
  publishUrl,
} from '../../../../lib/player/page/model/console/ingest.ts';
import {
  formatBitrate,
  formatClock,
  formatCodec,
  formatDuration,
  formatElapsed,
  formatFrameRate,
  formatWhen,
} from '../../../../lib/player/page/model/format.ts';
import type { StreamKnowledge } from '../../../../lib/player/page/model/playback-target.ts';
import { parseRoute } from '../../../../lib/player/page/model/routes.ts';
import {
  isOnAir,
  shownState,
  stateSeen,
  stateWords,
} from '../../../../lib/player/page/model/stream-state.ts';

describe('number formats', () => {
  test.each([
    [0, '0 kb/s'],
    [Number.NaN, '0 kb/s'],
    [96_000, '96 kb/s'],
    [999_600, '1.0 Mb/s'],
    [4_180_000, '4.2 Mb/s'],
    [12_000_000, '12 Mb/s'],
  ])('a bitrate of %d is %s', (bps, words) => expect(formatBitrate(bps)).toBe(words));

  test.each([
    [0, '0:00'],
    [75.9, '1:15'],
    [3_675, '1:01:15'],
    [-3, '0:00'],
    [Number.POSITIVE_INFINITY, '0:00'],
  ])('%d seconds are %s on a clock', (seconds, words) => expect(formatClock(seconds)).toBe(words));

  test('a duration names its two largest units and no zeros', () => {
    expect(formatDuration(0)).toBe('0 seconds');
    expect(formatDuration(61_000)).toBe('1 minute 1 second');
    expect(formatDuration(3_600_000)).toBe('1 hour');
    expect(formatDuration(7_325_000)).toBe('2 hours 2 minutes');
  });

  test('a frame rate keeps two places at most', () => {
    expect(formatFrameRate(30)).toBe('30 fps');
    expect(formatFrameRate(30_000 / 1_001)).toBe('29.97 fps');
  });

  test('codecs have their common names, and unknown ones are unchanged', () => {
    expect(['avc1.64001f', 'mp4a.40.2', 'hvc1.1.6', 'vp09'].map(formatCodec)).toEqual([
      'H.264',
      'AAC',
      'HEVC',
      'vp09',
    ]);
  });

  test('the date is shown unless it is today', () => {
    const at = new Date(2026, 10, 22, 18, 5).getTime();
    expect(formatWhen(at, at + 60_000)).not.toContain('2026');
    expect(formatWhen(at, at + 86_400_000)).toContain('2026');
  });
});

test.each([
  [0, '0.00 s'],
  [420, '0.42 s'],
  [996, '1.0 s'],
  [12_340, '12.3 s'],
  [59_940, '59.9 s'],
  [75_000, '1 minute 15 seconds'],
])('a measured time of %d ms is formatted as %s', (ms, text) => {
  expect(formatElapsed(ms)).toBe(text);
});

describe('states', () => {
  test('each state has its own word and its own shape', () => {
    const words = Object.values(stateWords);
    expect(new Set(words.map(({ word }) => word)).size).toBe(words.length);
    expect(new Set(words.map(({ shape }) => shape)).size).toBe(words.length);
  });

  test('a takedown takes precedence over every other state until it is undone completely', () => {
    const shown = (takedown?: { state?: TakedownState }) =>
      shownState({ state: 'ended', ...(takedown && { takedown }) });
    expect([shown(), shown({ state: 'restored' })]).toEqual(['ended', 'ended']);
    for (const state of ['taking-down', 'taken-down', 'restoring'] as const)
      expect(shown({ state })).toBe('taken-down');
    // In a list the notice is present only while the takedown lasts.
    expect(shown({})).toBe('taken-down');
  });

  test('a viewer who went back in a broadcast that has ended since isn’t told that it is live', () => {
    const live = { kind: 'known', state: 'live', dash: '', hls: '' } as const;
    const seen = (
      ...[stream, ended, wanted = 'stream']: [StreamKnowledge, boolean, ('stream' | 'recording')?]
    ) => Object.values(stateSeen(stream, { ended, wanted }) ?? {});
    expect(seen(live, false)).toEqual(['live', 'On air now']);
    expect(seen(live, true)).toEqual(['ended', 'Recording of the last broadcast']);
    expect(seen({ ...live, state: 'reconnecting' }, false)[0]).toBe('reconnecting');
    expect(seen({ ...live, state: 'ended' }, false, 'recording')).toEqual(['ended', 'Recording']);
    expect(seen({ kind: 'taken-down' }, false)).toEqual(['taken-down', 'Not available']);
    // A deleted recording looks the same at the edge.
    expect(seen({ kind: 'taken-down' }, false, 'recording')).toEqual([]);
    expect(seen({ kind: 'missing' }, false)).toEqual([]);
  });

  test('a broadcast can be ended while it starts, runs or waits for its broadcaster', () => {
    const onAir = (Object.keys(stateWords) as (keyof typeof stateWords)[]).filter(isOnAir);
    expect(onAir).toEqual(['starting', 'live', 'reconnecting']);
  });
});

describe('addresses of the page', () => {
  test('list, console and viewer have their own routes', () => {
    expect(parseRoute('/')).toEqual({ page: 'list' });
    expect(parseRoute('/streams/7h2kqv0m4x9rt3bz')).toEqual({ page: 'console', id: '7h2kqv0m4x9rt3bz' });
    expect(parseRoute('/platform')).toEqual({ page: 'platform' });
    expect(parseRoute('/watch/7h2kqv0m4x9rt3bz/')).toEqual({ page: 'watch', id: '7h2kqv0m4x9rt3bz' });
  });

  test('anything else is unknown, including broken escapes', () => {
    for (const path of ['/streams', '/streams/a/b', '/watch/%zz', '/other']) {
      expect(parseRoute(path)).toEqual({ page: 'unknown' });
    }
  });
});

describe('publish commands', () => {
  const rtmps = { url: 'rtmps://127.0.0.1:1936/live/' };

  test('URL and key are joined by one slash', () => {
    expect(publishUrl(rtmps, 'abc_def')).toBe('rtmps://127.0.0.1:1936/live/abc_def');
  });

  test('without the key the command has a placeholder', () => {
    expect(ffmpegLine(rtmps, undefined)).toContain('-f flv rtmps://127.0.0.1:1936/live/YOUR-STREAM-KEY');
  });

  test('a URL with shell metacharacters is quoted', () => {
    expect(ffmpegLine({ url: 'rtmp://host/live?a=1&b=2' }, 'k')).toContain("'rtmp://host/live?a=1&b=2/k'");
  });

  test('RTMPS is preferred, except on a machine of one’s own', () => {
    const here = { rtmps, rtmp: { url: 'rtmp://127.0.0.1:1935/live' } };
    expect(preferredPoint(here)).toBe(here.rtmp);
    expect(preferredPoint({ rtmps })).toBe(rtmps);
    for (const host of ['192.168.1.20', '[fd00::1]', 'studio.local', 'studio']) {
      const atHome = {
        rtmps: { url: `rtmps://${host}:8444/live` },
        rtmp: { url: `rtmp://${host}:8443/live` },
      };
      expect(preferredPoint(atHome)).toBe(atHome.rtmp);
    }
    const there = {
      rtmps: { url: 'rtmps://a.example.org/live' },
      rtmp: { url: 'rtmp://a.example.org/live' },
    };
    expect(preferredPoint(there)).toBe(there.rtmps);
  });

  test('only URLs of this machine are loopback', () => {
    expect(isLoopback({ url: 'rtmp://127.0.0.1:1935/live' })).toBe(true);
    expect(isLoopback({ url: 'rtmp://localhost.example.org/live' })).toBe(false);
    expect(isLoopback({ url: 'rtmps://live.example.org/live' })).toBe(false);
  });
});
