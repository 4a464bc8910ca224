import { describe, expect, test } from '@jest/globals';
import { formatDuration } from '../../lib/control-store/format.ts';
import {
  listRenditions,
  type StreamEventData,
  type StreamEventType,
  streamEvent,
  streamEventTypes,
} from '../../lib/control-store/stream-events.ts';
import { newBroadcastId, newStreamId } from '../../lib/routing/ids.ts';

const about = { streamId: newStreamId(), broadcastId: newBroadcastId(1), atMs: 1_790_000_000_000 };

/** One example of each type; the type checker asks for a new row where a type is added. */
const examples: { [Type in StreamEventType]: StreamEventData<Type> } = {
  'stream.created': { name: 'Studio A' },
  'stream.changed': { name: 'Studio B', reconnectWindowMs: 60_000, encoder: 'medialive', latency: 'low' },
  'playback.changed': { mode: 'signed' },
  'playback.revoked': {},
  'key.rotated': { keyId: 'k2', graceMs: 86_400_000 },
  'key.revoked': { keyId: 'k1' },
  'destination.added': { destination: 'Second site', server: 'live.example.com' },
  'destination.changed': { destination: 'Second site', enabled: false },
  'destination.removed': { destination: 'Second site' },
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
  'stream.reconnecting': { windowMs: 30_000, detail: 'the connection broke', proxyId: 'ingest-1' },
  'stream.resumed': { workerId: 'encoder-1', proxyId: 'ingest-2', awayMs: 4_300, shown: 'last-picture' },
  'stream.end-requested': {},
  'stream.ended': { reason: 'publisher-ended', durationMs: 3_725_000 },
  'publish.refused': { reason: 'unsupported-codec', detail: 'VP6', client: '192.0.2.7' },
  'publisher.rehomed': {
    fromWorkerId: 'encoder-1',
    toWorkerId: 'encoder-2',
    cause: 'worker-gone',
    lateMs: 310,
    replayedMs: 2_100,
    lostMs: 0,
  },
  'input.keyframe-awaited': {},
  'input.pictures-began': { width: 1280, height: 720, frameRate: 25 },
  'stream.health': {
    verdict: 'fair',
    was: 'excellent',
    reasons: 'key-frames-rare',
    because: 'Key frames come every 10 s. Set the key frame interval of your encoder to 2 s.',
  },
  'input.changed': { width: 1920, height: 1080, frameRate: 60 },
  'input.gap': { gapMs: 900 },
  'input.timestamps-mended': { jumpMs: -5_000 },
  'ladder.shed': { rendition: '720p', speed: 0.874, left: '480p, 360p and audio' },
  'ladder.size-refused': { rendition: '472p', all: '360p and audio' },
  'ladder.restored': { rendition: '720p', all: '720p, 480p, 360p and audio' },
  'encoder.restarted': { detail: 'ffmpeg was killed', outageMs: 1_200 },
  'lease.lost': { workerId: 'encoder-1' },
  'origin.trouble': { detail: 'connection refused', queuedMs: 8_000 },
  'origin.recovered': { downMs: 9_000, lostMs: 0 },
  'control.recovered': { downMs: 600_000 },
  'recording.deleted': { tookMs: 2_400, goneUntilMs: 1_790_000_000_000 },
  'recording.incomplete': {
    durationMs: 60_000,
    lostMs: 8_000,
    closed: false,
    detail: 'the origin did not take all of it in time',
    renditions: '720p and audio',
  },
  'recording.ready': { durationMs: 3_725_000, renditions: '720p and audio' },
  'stream.taken_down': { reason: 'a report that was found to be right', darkMs: 420 },
  'stream.restored': { tookMs: 1_900 },
  'managed.channel.starting': { aboutMs: 60_000 },
  'managed.channel.running': { channelId: '1234567', tookMs: 58_000 },
  'managed.channel.failed': { detail: 'it did not start', fallback: true },
  'managed.channel.deleted': { channelId: '1234567', ranMs: 3_600_000, costUsd: 3.1 },
  'managed.channel.orphan_removed': { channelId: '1234567', costUsd: 0.4 },
  'simulcast.live': { destination: 'Second site', tookMs: 900 },
  'simulcast.waiting': { destination: 'Second site', detail: 'it does not answer', againMs: 4_000 },
  'simulcast.refused': { destination: 'Second site', detail: 'its key is wrong' },
  'simulcast.ended': { destination: 'Second site', sentMs: 3_600_000 },
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
      text: 'Off air after 1 h 2 min: the broadcaster ended the broadcast.',
      data: { reason: 'publisher-ended', durationMs: 3_725_000 },
    });
  });

  test('a broadcast that ended before its first picture is not told of in milliseconds', () => {
    const { streamId, atMs } = about;
    const { text } = streamEvent(
      'stream.ended',
      { reason: 'input-unusable', durationMs: 0 },
      { streamId, atMs },
    );
    expect(text).toBe(
      'Ended before there was anything to see or hear: what the broadcaster sent could not be used.',
    );
  });

  test('a refusal is not told twice in a row', () => {
    const { streamId, atMs } = about;
    const detail = 'encoder-1: Another broadcaster is live with this key';
    const { text, data } = streamEvent('publish.refused', { reason: 'busy', detail }, { streamId, atMs });
    expect(text).toBe(
      'A broadcaster was turned away: another broadcaster is live with this key. Viewers were not affected.',
    );
    expect(data).toEqual({ reason: 'busy', detail });
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
      'A broadcaster was turned away: the stream key is wrong or was revoked. Viewers were not affected.',
    );
  });

  test('sound alone is told in words', () => {
    const onAir = { workerId: 'encoder-1', startupMs: 3_400, bitrateBps: 128_000, renditions: 'audio' };
    expect(streamEvent('stream.live', onAir, about).text).toBe(
      'On air 3.4 s after the broadcaster connected. Input: sound only, 0.1 Mb/s. encoder-1 produces audio.',
    );
    expect(streamEvent('stream.reconnecting', { windowMs: 30_000, soundAlone: true }, about).text).toBe(
      'The broadcaster disconnected. The broadcast stays open for 30 s; listeners hear silence and see “reconnecting”.',
    );
  });

  test('publishers that were turned away in numbers share an entry', () => {
    const facts = {
      reason: 'full',
      detail: 'encoder-1: This encoder is full',
      client: '192.0.2.7',
    } as const;
    expect(streamEvent('publish.refused', { ...facts, attempts: 37, withinMs: 60_000 }, about).text).toBe(
      '37 broadcasters were turned away within 1 min, the last one from 192.0.2.7: ' +
        'all encoders were in use (encoder-1: This encoder is full). Viewers were not affected.',
    );
  });

  test('a rotation says whether older keys still work', () => {
    expect(write('key.rotated').text).toContain('another 24 h');
    expect(streamEvent('key.rotated', { keyId: 'k3', graceMs: 0 }, about).text).toContain('immediately');
  });

  test('a failed managed channel says who continues the broadcast', () => {
    const failed = (fallback: boolean) =>
      streamEvent('managed.channel.failed', { detail: 'it did not start', fallback }, about).text;
    expect(failed(true)).toContain('Headwater encoders continue');
    expect(failed(false)).toContain('has ended');
  });

  test('the facts of a live stream are rounded for people', () => {
    expect(write('stream.live').text).toBe(
      'On air 2.6 s after the broadcaster connected. Input: 1280×720 at 29.97 fps, 4.2 Mb/s. encoder-1 produces 720p, 480p and audio.',
    );
  });
});

describe('a move to another worker', () => {
  const told = (facts: Partial<StreamEventData<'publisher.rehomed'>>): string =>
    streamEvent('publisher.rehomed', { ...examples['publisher.rehomed'], ...facts }, about).text;

  test('tells from where to where, why, what was sent again and who had to wait', () => {
    expect(told({})).toBe(
      'The broadcast moved from encoder-1 to encoder-2 because encoder-1 stopped responding. ' +
        'The broadcaster stayed connected, and its last 2.1 s of media was re-sent, so nothing was lost. ' +
        'The next segment was 310 ms late: players with a shorter buffer stalled until it arrived.',
    );
    expect(told({ cause: 'handed-over', lateMs: 0 })).toMatch(
      /because encoder-1 was shutting down\. .* The next segment was on time\.$/,
    );
    expect(told({ toWorkerId: 'encoder-1' })).toContain(
      'encoder-1 stopped responding, then restarted and resumed the broadcast',
    );
  });

  test('says that nothing is lost only where that is known', () => {
    expect(told({ lostMs: undefined })).not.toContain('lost');
    expect(told({ lostMs: 1_200 })).toContain('1.2 s before that was lost');
    const again = told({ cause: 'link-broken', toWorkerId: 'encoder-1', lostMs: undefined });
    expect(again).toContain('The link to encoder-1 broke and was re-established.');
    expect(again).toContain('which viewers see twice');
    expect(again).not.toContain('lost');
    const resumed = told({ cause: 'link-broken', toWorkerId: 'encoder-1', lostMs: 0 });
    expect(resumed).toContain('so nothing was lost');
    expect(resumed).not.toContain('twice');
  });
});

describe('a broadcaster that went and came back', () => {
  const { text: went } = write('stream.reconnecting');
  const back = (facts: Partial<StreamEventData<'stream.resumed'>>): string =>
    streamEvent('stream.resumed', { ...examples['stream.resumed'], ...facts }, about).text;

  test('is told with the ways it came, for how long, and what viewers saw', () => {
    expect(went).toBe(
      'The broadcaster connected through ingest-1 disconnected (the connection broke). ' +
        'The broadcast stays open for 30 s; viewers see the last picture, then a slate, and “reconnecting”.',
    );
    expect(back({})).toBe(
      'The broadcaster reconnected after 4.3 s, through ingest-2 to encoder-1. ' +
        'The same broadcast continues; in the meantime viewers saw its last picture, without sound.',
    );
  });

  test('the slate is told where it was shown, and neither where no encoder was there', () => {
    expect(back({ shown: 'slate' })).toContain('saw its last picture, then a slate, without sound.');
    expect(back({ shown: 'media' })).toMatch(/media it had sent ahead covered the gap\.$/);
    expect(back({ shown: 'nothing' })).toMatch(
      /no encoder had it in the meantime, so viewers waited, then skipped the gap\.$/,
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
    expect(formatDuration(ms)).toBe(words);
  });
});
