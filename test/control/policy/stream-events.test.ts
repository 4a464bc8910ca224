import { describe, expect, test } from '@jest/globals';
import {
  listRenditions,
  type StreamEventData,
  type StreamEventType,
  streamEvent,
  streamEventTypes,
} from '../../../lib/control/policy/stream-events.ts';
import { inWords } from '../../../lib/control/policy/words.ts';
import { newBroadcastId, newStreamId } from '../../../lib/routing/ids.ts';

const about = { streamId: newStreamId(), broadcastId: newBroadcastId(1), atMs: 1_790_000_000_000 };

/** One example of each type; the type checker asks for a new row where a type is added. */
const examples: { [Type in StreamEventType]: StreamEventData<Type> } = {
  'stream.created': { name: 'Studio A' },
  'stream.changed': { name: 'Studio B', reconnectWindowMs: 60_000 },
  'key.rotated': { keyId: 'k2', graceMs: 86_400_000 },
  'key.revoked': { keyId: 'k1' },
  'broadcast.starting': { workerId: 'encoder-1', proxyId: 'ingest-2' },
  'stream.live': {
    workerId: 'encoder-1',
    startupMs: 2_640,
    width: 1280,
    height: 720,
    frameRate: 29.97,
    bitrateBps: 4_200_000,
    renditions: listRenditions(['720p', '480p', 'audio']),
  },
  'stream.reconnecting': { windowMs: 30_000, detail: 'its connection broke' },
  'stream.resumed': { workerId: 'encoder-1', awayMs: 4_300, filled: true },
  'stream.end-requested': {},
  'stream.ended': { reason: 'publisher-ended', durationMs: 3_725_000 },
  'publish.refused': { reason: 'unsupported-codec', detail: 'VP6', client: '192.0.2.7' },
  'publisher.rehomed': { fromWorkerId: 'encoder-1', toWorkerId: 'encoder-2', lateMs: 310, replayedMs: 2_100 },
  'input.changed': { width: 1920, height: 1080, frameRate: 60 },
  'input.gap': { gapMs: 900 },
  'input.timestamps-mended': { jumpMs: -5_000 },
  'ladder.shed': { rendition: '720p', speed: 0.874, left: '480p, 360p and audio' },
  'encoder.restarted': { detail: 'ffmpeg was killed', outageMs: 1_200 },
  'lease.lost': { workerId: 'encoder-1' },
  'origin.trouble': { detail: 'connection refused', queuedMs: 8_000 },
  'origin.recovered': { downMs: 9_000, lostMs: 0 },
  'control.recovered': { downMs: 600_000 },
  'recording.incomplete': {
    durationMs: 60_000,
    lostMs: 8_000,
    closed: false,
    detail: 'the origin did not take all of it in time',
    renditions: '720p and audio',
  },
  'recording.ready': { durationMs: 3_725_000, renditions: '720p and audio' },
};

const write = <Type extends StreamEventType>(type: Type) => streamEvent(type, examples[type], about);

describe('the events of a stream', () => {
  test.each(streamEventTypes)('%s is told in a whole sentence without holes', (type) => {
    const { text } = write(type);
    expect(text).toMatch(/^[\p{L}\d].*\.$/su);
    expect(text).not.toMatch(/undefined|NaN|null|\[object|\s\s|\.\.|\( ?\)/);
  });

  test('a record carries type, data, time and what it is about', () => {
    expect(write('stream.ended')).toEqual({
      ...about,
      type: 'stream.ended',
      text: 'Off the air after 1 h 2 min: the broadcaster ended the broadcast.',
      data: { reason: 'publisher-ended', durationMs: 3_725_000 },
    });
  });

  test('what is unknown is left out of the data and of the words', () => {
    const { streamId, atMs } = about;
    const event = streamEvent(
      'publish.refused',
      { reason: 'wrong-key', detail: undefined },
      { streamId, atMs },
    );
    expect(event).not.toHaveProperty('broadcastId');
    expect(event.data).toEqual({ reason: 'wrong-key' });
    expect(event.text).toBe(
      'A broadcaster was turned away: the stream key is wrong. Viewers saw nothing of it.',
    );
  });

  test('a rotation says whether older keys still work', () => {
    expect(write('key.rotated').text).toContain('another 24 h');
    expect(streamEvent('key.rotated', { keyId: 'k3', graceMs: 0 }, about).text).toContain('at once');
  });

  test('the facts of a live stream are rounded for people', () => {
    expect(write('stream.live').text).toBe(
      'On air 2.6 s after the broadcaster connected: 1280×720 at 29.97 frames a second and 4.2 Mb/s comes in, encoder-1 makes 720p, 480p and audio.',
    );
  });
});

describe('time spans in words', () => {
  test.each([
    [0, '0 ms'],
    [849.6, '850 ms'],
    [999.6, '1 s'],
    [1_000, '1 s'],
    [3_449, '3.4 s'],
    [59_949, '59.9 s'],
    [59_970, '1 min'],
    [125_000, '2 min 5 s'],
    [3_599_600, '1 h'],
    [3_600_000, '1 h'],
    [4_320_000, '1 h 12 min'],
    [86_400_000, '24 h'],
  ])('%d ms is %s', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});
