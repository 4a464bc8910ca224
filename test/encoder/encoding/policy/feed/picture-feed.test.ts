import { describe, expect, test } from '@jest/globals';
import { PictureFeed } from '../../../../../lib/encoder/encoding/policy/feed/picture-feed.ts';
import {
  repeatTag,
  type StreamTag,
  shortestPictureMs,
} from '../../../../../lib/encoder/policy/stream-tag.ts';
import { FlvReader } from '../../../../../lib/protocol/flv/reader.ts';
import { ffmpeg } from '../../../../packaging/support/ffmpeg.ts';

const flv = ffmpeg([
  ...['-f', 'lavfi', '-i', 'testsrc2=size=160x90:rate=25', '-frames:v', '50', '-c:v', 'libx264'],
  ...[
    '-preset',
    'veryfast',
    '-g',
    '100',
    '-bf',
    '2',
    '-flvflags',
    'no_duration_filesize',
    '-f',
    'flv',
    'pipe:1',
  ],
]);
const videos = [...new FlvReader().push(flv)].filter(({ type }) => type === 'video');
const videoHeader = videos.find(({ payload }) => payload[1] === 0)!.payload;
const pictures: StreamTag[] = videos
  .filter(({ payload }) => payload[1] === 1)
  .map(({ timestampMs, payload }) => ({
    type: 'video',
    streamMs: timestampMs,
    payload,
    keyframe: payload[0] === 0x17,
    videoHeader,
  }));
const slate = (streamMs: number): StreamTag => ({ ...pictures[0]!, streamMs, keyframe: true, filler: true });
const presentedMs = ({ streamMs, payload }: StreamTag) => streamMs + payload.readIntBE(2, 3);
const reorderMs = presentedMs(pictures[0]!) - pictures[0]!.streamMs;

function feedOf(count: number): PictureFeed {
  const feed = new PictureFeed();
  for (const picture of pictures.slice(0, count)) expect(feed.prepare(picture)).toEqual([picture]);
  return feed;
}

describe('What the decoder is fed', () => {
  test('repeats are inter pictures of some bytes, presented after everything before them', () => {
    const feed = feedOf(20);
    const last = pictures[19]!.streamMs;
    const repeats = [200, 300, 400].flatMap((ms) => feed.prepare(repeatTag(last + ms)));
    expect(repeats).toHaveLength(3);
    const before = Math.max(...pictures.slice(0, 20).map(presentedMs));
    const times = [before, ...repeats.map(presentedMs)];
    expect(times.every((at, index) => index === 0 || at > times[index - 1]!)).toBe(true);
    expect(repeats.every(({ payload, keyframe }) => !keyframe && payload.length < 60)).toBe(true);
    expect(repeats.every(({ payload }) => payload[0] === 0x27 && payload[1] === 1)).toBe(true);
  });

  test('a repeat waits until the picture before it has been shown, or is left out if that is not presented yet', () => {
    // The newest picture is presented after two that follow it.
    const ahead = pictures.findIndex((one, index) => index > 10 && presentedMs(one) - one.streamMs > 80);
    const feed = feedOf(ahead + 1);
    const shownMs = presentedMs(pictures[ahead]!);
    expect(feed.prepare(repeatTag(pictures[ahead]!.streamMs + 1))).toEqual([]);
    const [repeat] = feed.prepare(repeatTag(shownMs - reorderMs + 5));
    expect(presentedMs(repeat!)).toBe(shownMs + shortestPictureMs);
    const [next] = feed.prepare(repeatTag(shownMs - reorderMs + 105));
    expect(presentedMs(next!)).toBe(shownMs + 105);
  });

  test('a picture that would be presented just after a repeat is decoded unseen', () => {
    const feed = feedOf(20);
    const [repeat] = feed.prepare(repeatTag(2000));
    const reordered = { ...pictures[20]!, payload: Buffer.from(pictures[20]!.payload) };
    const later = (ms: number): StreamTag => {
      const tag = { ...reordered, payload: Buffer.from(reordered.payload), streamMs: presentedMs(repeat!) };
      tag.payload.writeUIntBE(ms, 2, 3);
      return tag;
    };
    expect(feed.prepare(later(shortestPictureMs - 1))).toMatchObject([{ hidden: true }]);
    expect(feed.prepare(later(shortestPictureMs))).toEqual([later(shortestPictureMs)]);
    // Among the publisher's own pictures the distance is theirs, down to half a frame of 40 ms.
    expect(feed.prepare(later(shortestPictureMs + 20))).toEqual([later(shortestPictureMs + 20)]);
  });

  test('a hidden picture has the time of the last one, so that it is dropped once it is decoded', () => {
    const feed = feedOf(20);
    const [repeat] = feed.prepare(repeatTag(2000));
    const [hidden] = feed.prepare({ ...pictures[20]!, hidden: true });
    expect(hidden).toMatchObject({ streamMs: 2000, hidden: true });
    expect(presentedMs(hidden!)).toBeLessThan(presentedMs(repeat!));
    expect(hidden!.payload.subarray(5)).toEqual(pictures[20]!.payload.subarray(5));
  });

  test('after a slate the group of pictures is decoded again, unseen, before its next picture', () => {
    const feed = feedOf(20);
    expect(feed.prepare(slate(2000))).toHaveLength(1);
    const next = { ...pictures[20]!, streamMs: 2100 };
    const fed = feed.prepare(next);
    expect(fed).toHaveLength(21);
    expect(fed.slice(0, -1).every(({ hidden, streamMs }) => hidden && streamMs === 2000)).toBe(true);
    expect(fed.slice(0, -1).map(({ payload }) => payload.subarray(5))).toEqual(
      pictures.slice(0, 20).map(({ payload }) => payload.subarray(5)),
    );
    expect(fed.at(-1)).toEqual(next);
    expect(feed.prepare({ ...pictures[21]!, streamMs: 2140 })).toHaveLength(1);
  });

  test('a key frame after a slate needs nothing before it', () => {
    const feed = feedOf(20);
    feed.prepare(slate(2000));
    expect(feed.prepare({ ...pictures[0]!, streamMs: 2100 })).toHaveLength(1);
  });

  test('a stream that cannot be repeated by reference shows its key frame again', () => {
    const feed = new PictureFeed();
    const odd = { ...pictures[0]!, videoHeader: Buffer.from([0x17, 0, 0, 0, 0, 1]) };
    feed.prepare(odd);
    feed.prepare({ ...pictures[1]!, videoHeader: odd.videoHeader });
    const [still] = feed.prepare(repeatTag(500));
    expect(still).toMatchObject({ keyframe: true, streamMs: 500 });
    expect(still!.payload).toBe(odd.payload);
    expect(feed.prepare({ ...pictures[2]!, streamMs: 600 })).toHaveLength(3);
  });

  test('nothing is repeated before the first picture', () => {
    expect(new PictureFeed().prepare(repeatTag(0))).toEqual([]);
  });

  test('of two pictures closer than half a frame, at a seam in stream time, one is shown', () => {
    const feed = feedOf(20);
    const seamMs = presentedMs(pictures[19]!) - presentedMs(pictures[20]!) + 12;
    const after = pictures.slice(20, 30).map((one) => ({ ...one, streamMs: one.streamMs + seamMs }));
    const fed = after.flatMap((one) => feed.prepare(one));
    expect(fed).toHaveLength(10);
    const shown = [...pictures.slice(0, 20), ...fed].filter(({ hidden }) => !hidden).map(presentedMs);
    expect(shown.length).toBeGreaterThanOrEqual(27);
    const inOrder = shown.sort((a, b) => a - b);
    expect(inOrder.slice(1).every((ms, index) => ms - inOrder[index]! >= 18)).toBe(true);
  });

  test('pictures that come faster than before are shown but for one', () => {
    const feed = feedOf(20);
    const from = Math.max(...pictures.slice(0, 20).map(presentedMs));
    const faster = pictures.slice(20, 40).map((one, index) => {
      const payload = Buffer.from(one.payload);
      payload.writeIntBE(0, 2, 3);
      return { ...one, payload, streamMs: from + (index + 1) * 16 };
    });
    const hidden = faster.flatMap((one) => feed.prepare(one)).filter((one) => one.hidden);
    expect(hidden.length).toBeLessThanOrEqual(1);
  });

  test('of pictures that a clock which jumped back puts a millisecond apart, one is shown', () => {
    const feed = feedOf(20);
    const from = Math.max(...pictures.slice(0, 20).map(presentedMs));
    const crowded = pictures.slice(20, 26).map((one, index) => {
      const payload = Buffer.from(one.payload);
      payload.writeIntBE(0, 2, 3);
      return { ...one, payload, streamMs: from + 40 + index };
    });
    const shown = crowded.flatMap((one) => feed.prepare(one)).filter(({ hidden }) => !hidden);
    expect(shown).toHaveLength(1);
  });

  test('what another ffmpeg was fed hides nothing of the next one', () => {
    const feed = feedOf(20);
    const next = pictures[20]!;
    expect(feed.prepare(repeatTag(next.streamMs + 100))).toHaveLength(1);
    feed.beginRun();
    expect(feed.prepare(next)).toEqual([next]);
  });
});
