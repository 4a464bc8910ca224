import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  mustReload,
  playbackTarget,
  reloads,
  type StreamKnowledge,
} from '../../../../lib/player/page/model/playback-target.ts';
import { choosePlayback, playedMethod } from '../../../../lib/player/page/model/protocol.ts';
import { qualityLabel, qualityMenu } from '../../../../lib/player/page/model/qualities.ts';
import { playerActionFor, shortcutList } from '../../../../lib/player/page/model/shortcuts.ts';
import { pauseMs } from '../../../../lib/retry/policy/backoff.ts';

const chromium = { mediaSource: true, nativeHls: true, apple: false };
const safari = { mediaSource: true, nativeHls: true, apple: true };
const iphone = { mediaSource: false, nativeHls: true, apple: true };

describe('choice of the protocol', () => {
  test('DASH where Media Source Extensions are, though the browser plays HLS too', () => {
    expect(choosePlayback(chromium, null)).toBe('dash');
  });

  test('the browser’s own HLS in Safari and on iOS', () => {
    expect([safari, iphone].map((browser) => choosePlayback(browser, null))).toEqual([
      'native-hls',
      'native-hls',
    ]);
  });

  test('the address may force either, where the browser can', () => {
    expect(choosePlayback(chromium, 'hls')).toBe('hls');
    expect(choosePlayback(safari, 'dash')).toBe('dash');
    expect(choosePlayback(iphone, 'dash')).toBe('native-hls');
    expect(choosePlayback(chromium, 'nonsense')).toBe('dash');
  });

  test('a browser with neither is told so', () => {
    expect(choosePlayback({ mediaSource: false, nativeHls: false, apple: false }, 'hls')).toBe('unsupported');
  });
});

describe('a stream that does not have every manifest', () => {
  test('plays by HLS what would have played by DASH, and all else as it is', () => {
    expect(playedMethod('dash', ['hls'])).toBe('hls');
    expect(playedMethod('dash', ['dash', 'hls'])).toBe('dash');
    expect(playedMethod('native-hls', ['hls'])).toBe('native-hls');
    expect(playedMethod('unsupported', ['hls'])).toBe('unsupported');
  });
});

describe('what is given to the player', () => {
  const place = { edgeBaseUrl: 'http://edge', region: 'local', streamId: 's1' };
  const known = (state: 'idle' | 'starting' | 'live' | 'reconnecting' | 'ended', broadcastId?: string) =>
    ({
      kind: 'known',
      state,
      broadcastId,
      dash: 'http://edge/local/s1/manifest.mpd',
      hls: 'http://edge/local/s1/index.m3u8',
    }) satisfies StreamKnowledge;

  test('the broadcast’s own manifest, at the live edge while it is on air', () => {
    expect(playbackTarget(known('live', 'b1'), 'dash', place)).toEqual({
      url: 'http://edge/local/s1/b1/manifest.mpd',
      from: 'live',
      broadcastId: 'b1',
    });
    expect(playbackTarget(known('reconnecting', 'b1'), 'hls', place)?.url).toBe(
      'http://edge/local/s1/b1/index.m3u8',
    );
  });

  test('the recording from its first second once the broadcast has ended', () => {
    expect(playbackTarget(known('ended', 'b1'), 'dash', place)?.from).toBe('start');
  });

  test('nothing before there is a picture', () => {
    for (const stream of [
      known('idle'),
      known('starting', 'b1'),
      { kind: 'asking' },
      { kind: 'missing' },
      { kind: 'taken-down' },
    ] as const) {
      expect(playbackTarget(stream, 'dash', place)).toBeUndefined();
    }
  });

  test('the playlist where there is HLS only, whatever the browser likes best', () => {
    for (const method of ['dash', 'hls', 'native-hls'] as const) {
      const stream = { ...known('live', 'b1'), manifests: ['hls'] } as const;
      expect(playbackTarget(stream, method, place)).toEqual({
        url: 'http://edge/local/s1/b1/index.m3u8',
        from: 'live',
        broadcastId: 'b1',
      });
    }
  });

  test('the edge’s own address while the API is away: the video does not need the API', () => {
    expect(playbackTarget({ kind: 'unreachable' }, 'native-hls', place)?.url).toBe(
      'http://edge/local/s1/index.m3u8',
    );
  });

  test('another broadcast is loaded anew, a change of state is not', () => {
    const first = playbackTarget(known('live', 'b1'), 'dash', place);
    expect(mustReload(undefined, first)).toBe(true);
    expect(mustReload(first, playbackTarget(known('ended', 'b1'), 'dash', place))).toBe(false);
    expect(mustReload(first, playbackTarget(known('live', 'b2'), 'dash', place))).toBe(true);
    expect(mustReload(first, undefined)).toBe(false);
  });
});

describe('trying again', () => {
  test('waits longer each time, never more than 15 s, and spreads viewers by a quarter of it', () => {
    fc.assert(
      fc.property(fc.nat(1_000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const delay = pauseMs(reloads, attempt + 1, random);
        const middle = pauseMs(reloads, attempt + 1, 0.5);
        expect(delay).toBeLessThanOrEqual(middle * 1.25);
        expect(delay).toBeGreaterThanOrEqual(middle * 0.75);
        expect(delay).toBeLessThanOrEqual(15_000);
        expect(pauseMs(reloads, attempt + 2, 0.5)).toBeGreaterThanOrEqual(middle);
      }),
    );
  });
});

describe('quality menu', () => {
  test('names frame rates above 30 and leaves others out', () => {
    expect(qualityLabel({ height: 720, frameRate: 59.94 })).toBe('720p60');
    expect(qualityLabel({ height: 360, frameRate: 30 })).toBe('360p');
    expect(qualityLabel({ height: 360 })).toBe('360p');
  });

  test('goes from best to least and has each name once', () => {
    const quality = (height: number, bandwidthBps: number) => ({
      id: `${height}/${bandwidthBps}`,
      height,
      bandwidthBps,
    });
    const menu = qualityMenu([quality(360, 8e5), quality(720, 3e6), quality(720, 2e6), quality(480, 1e6)]);
    expect(menu.map(({ id }) => id)).toEqual(['720/3000000', '480/1000000', '360/800000']);
  });
});

describe('keyboard shortcuts', () => {
  const body = { tag: 'BODY', inMenu: false };
  const press = (key: string, focus: { tag: string; type?: string; inMenu: boolean } = body) =>
    playerActionFor({ key, modified: false, focus });

  test('letters work in either case', () => {
    expect([press('m'), press('M'), press('l')]).toEqual(['toggle-mute', 'toggle-mute', 'jump-to-live']);
  });

  test('are the ones in the list', () => {
    const named: Record<string, string> = {
      Space: ' ',
      '←': 'ArrowLeft',
      '→': 'ArrowRight',
      '↑': 'ArrowUp',
      '↓': 'ArrowDown',
    };
    const listed = shortcutList.flatMap(([keys]) => keys).map((key) => press(named[key] ?? key));
    expect(new Set(listed).size).toBe(listed.length - 1);
    expect(listed).not.toContain(undefined);
  });

  test('space presses the button that has the focus instead of pausing', () => {
    expect(press(' ')).toBe('toggle-play');
    expect(press(' ', { tag: 'BUTTON', inMenu: false })).toBeUndefined();
    expect(press(' ', { tag: 'SUMMARY', inMenu: false })).toBeUndefined();
    expect(press('k', { tag: 'BUTTON', inMenu: false })).toBe('toggle-play');
  });

  test('arrows belong to a slider or a menu that has the focus', () => {
    expect(press('ArrowLeft')).toBe('seek-back');
    expect(press('ArrowLeft', { tag: 'INPUT', type: 'range', inMenu: false })).toBeUndefined();
    expect(press('ArrowDown', { tag: 'BUTTON', inMenu: true })).toBeUndefined();
  });

  test('text fields and the browser’s own shortcuts are left alone', () => {
    expect(press('m', { tag: 'INPUT', type: 'text', inMenu: false })).toBeUndefined();
    expect(playerActionFor({ key: 'f', modified: true, focus: body })).toBeUndefined();
  });
});
