import { describe, expect, test } from '@jest/globals';
import { heardSound, shownPictures } from '../../../lib/adapters/node/ffmpeg/decode.ts';
import { planMovie } from '../../../lib/control/recordings/movie-plan.ts';
import { writeMovie } from '../../../lib/control/recordings/movie-writer.ts';
import type { ClipRange } from '../../../lib/control-store/downloads.ts';
import { ffmpeg } from '../../packaging/support/ffmpeg.ts';
import {
  prefix,
  RecordedBroadcast,
  recordedTracks,
  segments,
  shownAtMs,
  usualTracks,
  wholeBroadcast,
} from './recorded-broadcast.ts';

const key = `${prefix}download-x.mp4`;

async function movieOf(broadcast: RecordedBroadcast, wanted: ClipRange & { rendition?: string } = {}) {
  const plan = await planMovie(broadcast.store, prefix, wanted);
  const upload = await broadcast.store.beginUpload(key, { contentType: '', cacheControl: '' });
  const shares: number[] = [];
  const facts = await writeMovie({
    plan,
    objects: broadcast.store,
    upload,
    readsAtOnce: 4,
    progress: (share) => shares.push(share),
    signal: new AbortController().signal,
  });
  return { ...facts, file: broadcast.files.get(key)!, shares };
}

const numbersOf = async (file: Buffer) => {
  const { pictures, complaints } = await shownPictures(file);
  expect(complaints).toEqual([]);
  return pictures;
};

describe('a recording as one file', () => {
  test('has every picture, in order, from the first instant on, and says its length', async () => {
    const { file, sizeBytes, durationMs, shares } = await movieOf(wholeBroadcast());
    expect(sizeBytes).toBe(file.length);
    expect(shares.at(-1)).toBe(1);
    const pictures = await numbersOf(file);
    expect(pictures.map(({ number }) => number)).toEqual(Array.from({ length: 250 }, (_, at) => at));
    // Sound begins two pictures earlier.
    expect(pictures[0]?.atMs).toBeCloseTo(shownAtMs(0), 0);
    expect(durationMs).toBeGreaterThanOrEqual(10_000);
    expect(durationMs).toBeLessThan(10_200);
  });

  test('is an ordinary file: its head comes first, it has no fragments, and ffmpeg finds nothing to complain of', async () => {
    const { file } = await movieOf(wholeBroadcast());
    expect(file.toString('latin1', 4, 8)).toBe('ftyp');
    expect(file.indexOf('moov')).toBeLessThan(file.indexOf('mdat'));
    expect(file.includes('moof')).toBe(false);
    ffmpeg(['-i', 'pipe:0', '-f', 'null', '-'], file);
  });

  test('has the sound of the whole recording', async () => {
    const { file } = await movieOf(wholeBroadcast());
    const { sound, complaints } = await heardSound(file);
    expect(complaints).toEqual([]);
    expect(sound.samples.length / sound.rate).toBeGreaterThan(9.9);
  });

  test('reads each segment once', async () => {
    const broadcast = wholeBroadcast();
    await movieOf(broadcast);
    const media = broadcast.reads.filter((read) => read.endsWith('.m4s'));
    expect(media).toHaveLength(2 * segments);
    expect(new Set(media).size).toBe(media.length);
  });

  test('of sound alone has no pictures', async () => {
    const { file } = await movieOf(wholeBroadcast(), { rendition: 'audio' });
    expect(file.includes('avcC')).toBe(false);
    expect((await heardSound(file)).sound.samples.length).toBeGreaterThan(9.9 * 48_000 * 0.9);
  });

  test('goes on with another size where the recording does', async () => {
    const broadcast = new RecordedBroadcast();
    const [large, small] = [usualTracks(), recordedTracks('160x90')];
    broadcast.addTrack('720p', large.video, { timescale: 90_000, to: 2 });
    broadcast.addTrack('360p', small.video, { timescale: 90_000 });
    broadcast.addTrack('audio', large.audio, { timescale: 48_000 });
    broadcast.addPlaylist('audio');
    broadcast.addPlaylist('720p', {
      lines: (number) => [
        ...(number === 0 ? ['#EXT-X-MAP:URI="init-1.mp4"'] : []),
        ...(number === 2 ? ['#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="../360p/init-1.mp4"'] : []),
        '#EXTINF:2.00000,',
        number < 2 ? `${number}.m4s` : `../360p/${number}.m4s`,
      ],
    });
    broadcast.addIndex(['720p', '360p']);
    const { file } = await movieOf(broadcast);
    const pictures = await numbersOf(file);
    expect(pictures.map(({ number }) => number)).toEqual(Array.from({ length: 250 }, (_, at) => at));
    expect([...file.toString('latin1').matchAll(/avc[13]/g)].map(([type]) => type)).toEqual(['avc1', 'avc3']);
  });

  test('keeps the last picture where some are missing, so that sound stays in step', async () => {
    const broadcast = wholeBroadcast();
    broadcast.addPlaylist('720p', {
      lines: (number) => [
        ...(number === 0 ? ['#EXT-X-MAP:URI="init-1.mp4"'] : []),
        ...(number === 2 ? ['#EXT-X-GAP'] : []),
        '#EXTINF:2.00000,',
        `${number}.m4s`,
      ],
    });
    const pictures = await numbersOf((await movieOf(broadcast)).file);
    const after = pictures.find(({ number }) => number === 150);
    expect(pictures).toHaveLength(200);
    expect(after?.atMs).toBeCloseTo(shownAtMs(150), 0);
  });

  test('is refused where a segment is gone, and where there is nothing', async () => {
    const broadcast = wholeBroadcast();
    broadcast.objects.delete(`${prefix}720p/3.m4s`);
    await expect(movieOf(broadcast)).rejects.toMatchObject({
      code: 'DOWNLOAD_REFUSED',
      message: 'Segment 3 of 720p is no longer stored.',
    });
    await expect(movieOf(new RecordedBroadcast())).rejects.toMatchObject({ code: 'DOWNLOAD_REFUSED' });
  });
});

describe('a clip', () => {
  /** The numbers of the pictures shown from `startMs` on and begun before `endMs`. */
  function expected(startMs: number, endMs: number): number[] {
    const numbers = Array.from({ length: 250 }, (_, at) => at);
    return numbers.filter((at) => shownAtMs(at + 1) > startMs + 0.5 && shownAtMs(at) < endMs - 0.5);
  }

  test.each([
    ['in the middle of a segment', 3_300, 6_720],
    ['on the grid', 2_000, 4_000],
    ['on a picture, rounded to a millisecond', Math.round(shownAtMs(70)), Math.round(shownAtMs(101))],
    ['of one picture', Math.round(shownAtMs(60)), Math.round(shownAtMs(61))],
    ['up to the end', 7_777, 60_000],
  ])('%s has exactly the pictures of its time', async (_name, startMs, endMs) => {
    const { file, durationMs } = await movieOf(wholeBroadcast(), { startMs, endMs });
    const pictures = await numbersOf(file);
    const numbers = expected(startMs, endMs);
    expect(pictures.map(({ number }) => number)).toEqual(numbers);
    expect(pictures[0]?.atMs).toBeCloseTo(0, 0);
    if (endMs <= 10_000) expect(durationMs).toBe(numbers.length * 40);
  });

  test('has the sound of its time, as long as its pictures', async () => {
    const { file, durationMs } = await movieOf(wholeBroadcast(), { startMs: 3_300, endMs: 6_720 });
    const { sound } = await heardSound(file);
    expect((sound.samples.length / sound.rate) * 1000).toBeCloseTo(durationMs, -2);
  });

  test('reads no more segments than it needs', async () => {
    const broadcast = wholeBroadcast();
    await movieOf(broadcast, { startMs: 5_000, endMs: 5_500 });
    const numbers = broadcast.reads.map((read) => /(\d+)\.m4s$/.exec(read)?.[1]).filter((each) => each);
    expect(new Set(numbers)).toEqual(new Set(['2']));
  });

  test('of a broadcast that goes on must lie in what is recorded', async () => {
    const broadcast = wholeBroadcast();
    for (const id of ['720p', 'audio']) broadcast.addPlaylist(id, { ended: false });
    const { durationMs } = await movieOf(broadcast, { startMs: 1_000, endMs: 3_000 });
    expect(durationMs).toBeGreaterThan(1_900);
    await expect(movieOf(broadcast, { startMs: 1_000, endMs: 30_000 })).rejects.toMatchObject({
      message: 'So far only 10 s of it are recorded.',
    });
  });

  test('that begins after the end is refused, and so is a size that there is not', async () => {
    await expect(movieOf(wholeBroadcast(), { startMs: 11_000, endMs: 12_000 })).rejects.toMatchObject({
      message: 'The recording is only 10 s long.',
    });
    await expect(movieOf(wholeBroadcast(), { rendition: '4k' })).rejects.toMatchObject({
      message: 'The recording has no rendition 4k: it has 720p, audio.',
    });
  });
});
