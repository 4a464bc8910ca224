import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { StreamState } from '../../../../lib/player/page/api/types.ts';
import type { StreamKnowledge } from '../../../../lib/player/page/model/playback-target.ts';
import { type PlaybackCondition, viewerScene } from '../../../../lib/player/page/model/viewer-scene.ts';

const known = (state: StreamState): StreamKnowledge => ({
  kind: 'known',
  state,
  broadcastId: 'b1',
  dash: 'http://edge/local/s1/manifest.mpd',
  hls: 'http://edge/local/s1/index.m3u8',
});
const everyStream = [
  { kind: 'asking' },
  { kind: 'missing' },
  { kind: 'unreachable' },
  { kind: 'taken-down' },
  { kind: 'locked', fault: 'link-expired' },
  ...(['idle', 'starting', 'live', 'reconnecting', 'ended'] as const).map(known),
] as const satisfies readonly StreamKnowledge[];
const everyCondition = [
  'empty',
  'loading',
  'playing',
  'paused',
  'stalled',
  'finished',
  'failed',
  'taken-down',
  'link-missing',
  'link-invalid',
  'link-expired',
  'link-revoked',
  'unsupported',
] as const satisfies readonly PlaybackCondition[];
const anyPair = fc.tuple(fc.constantFrom(...everyStream), fc.constantFrom(...everyCondition));

describe('messages to viewers', () => {
  test.each([
    [known('idle'), 'empty', 'Not on air'],
    [known('live'), 'link-missing', 'This stream is private'],
    [known('live'), 'link-expired', 'This link has expired'],
    [known('ended'), 'link-revoked', 'This link was revoked'],
    [{ kind: 'locked', fault: 'link-invalid' }, 'empty', 'This link doesn’t work here'],
    [{ kind: 'taken-down' }, 'link-expired', 'This stream is no longer available'],
    [known('starting'), 'empty', 'The broadcast is starting'],
    [known('live'), 'loading', 'Loading the video'],
    [known('live'), 'stalled', 'Waiting for the video'],
    [known('reconnecting'), 'stalled', 'The broadcaster lost connection'],
    [known('reconnecting'), 'failed', 'The broadcaster lost connection'],
    [known('ended'), 'finished', 'This broadcast has ended'],
    [known('starting'), 'finished', 'The broadcast is starting'],
    [known('live'), 'failed', 'The video couldn’t be loaded'],
    [{ kind: 'unreachable' }, 'failed', 'Can’t reach the platform'],
    [{ kind: 'missing' }, 'empty', 'Stream not found'],
    [{ kind: 'taken-down' }, 'empty', 'This stream is no longer available'],
    [known('live'), 'taken-down', 'This stream is no longer available'],
    [known('live'), 'unsupported', 'This browser can’t play the video'],
  ] as const)('%j with the player %s: %s', (stream, condition, title) => {
    expect(viewerScene(stream, condition)?.title).toBe(title);
  });

  test('a viewer without a network is told so at once: over the last pictures in a note', () => {
    for (const stream of [known('live'), { kind: 'unreachable' }, { kind: 'missing' }] as const) {
      expect(viewerScene(stream, 'failed', false)).toMatchObject({ title: 'You’re offline', cover: true });
      expect(viewerScene(stream, 'playing', false)).toMatchObject({ title: 'You’re offline', cover: false });
    }
    expect(viewerScene({ kind: 'unreachable' }, 'failed')?.detail).toContain('You’re online');
  });

  test('an unknown stream leads somewhere', () => {
    expect(viewerScene({ kind: 'missing' }, 'empty')?.action).toBe('leave');
  });

  test('a playing picture needs no message', () => {
    for (const state of ['idle', 'starting', 'live', 'ended'] as const) {
      expect(viewerScene(known(state), 'playing')).toBeUndefined();
    }
    expect(viewerScene({ kind: 'unreachable' }, 'playing')).toBeUndefined();
  });

  test('while the broadcaster is disconnected the last picture plays, with a note that does not cover it', () => {
    const scene = viewerScene(known('reconnecting'), 'playing');
    expect(scene?.title).toBe('The broadcaster lost connection');
    expect(scene?.cover).toBe(false);
  });

  test('a taken-down stream is fully covered and offers no retry button', () => {
    for (const condition of everyCondition) {
      expect(viewerScene({ kind: 'taken-down' }, condition)).toMatchObject({
        title: 'This stream is no longer available',
        cover: true,
        busy: false,
      });
      expect(viewerScene({ kind: 'taken-down' }, condition)?.action).toBeUndefined();
    }
  });

  test('a recording that is gone says nothing of its stream, which may be on air', () => {
    const gone = viewerScene({ kind: 'taken-down' }, 'taken-down', true, 'recording');
    expect(gone?.title).toBe('This recording is no longer available');
    const missing = viewerScene({ kind: 'missing' }, 'empty', true, 'recording');
    expect([missing?.title, missing?.action]).toEqual(['Recording not found', 'leave']);
  });

  test('without a picture there is always a message, and a failure always offers an action', () => {
    fc.assert(
      fc.property(anyPair, ([stream, condition]) => {
        const scene = viewerScene(stream, condition);
        if (condition === 'playing' || condition === 'paused') return;
        expect(scene?.title).toMatch(/\S/);
        expect(scene?.detail).toMatch(/\S/);
        const given = condition === 'failed' && (stream.kind === 'unreachable' || stream.kind === 'asking');
        if (given) expect(scene?.action).toBe('retry');
      }),
    );
  });

  test('the busy animation never appears with a button: either we act or the viewer does', () => {
    fc.assert(
      fc.property(anyPair, ([stream, condition]) => {
        const scene = viewerScene(stream, condition);
        expect(scene?.busy === true && scene.action !== undefined).toBe(false);
      }),
    );
  });
});
