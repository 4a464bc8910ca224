import { beforeAll, describe, expect, test } from '@jest/globals';
import { mediaChunk } from '../../../lib/packaging/cmaf/chunk.ts';
import { eventMessageBox } from '../../../lib/packaging/cmaf/event-message.ts';
import { parseChunks, parseInit } from '../../../lib/packaging/cmaf/reader.ts';
import { decodedFrames, ffmpeg } from '../support/ffmpeg.ts';
import { readWithMp4Box } from '../support/mp4box.ts';
import { type RemuxedTrack, remux } from '../support/remux.ts';

/** Two seconds of picture with B-frames and of tone, as ffmpeg frames them for us, through our own muxer. */
describe('CMAF made of an FLV of ffmpeg', () => {
  const frames = 50;
  const frameTicks = 3600;
  let flv: Buffer;
  let video: RemuxedTrack;
  let audio: RemuxedTrack;

  beforeAll(() => {
    flv = ffmpeg([
      ...['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=25:d=${frames / 25}`],
      ...['-f', 'lavfi', '-i', `sine=f=440:r=48000:d=${frames / 25}`],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-pix_fmt', 'yuv420p', '-bf', '2', '-g', '25'],
      ...['-c:a', 'aac', '-ac', '2', '-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
    ]);
    const tracks = remux(flv, { frameTicks, perChunk: 5 });
    video = tracks.video!;
    audio = tracks.audio!;
  });

  test('decodes to the same pictures at the same times', () => {
    const ours = decodedFrames(Buffer.concat([video.init, ...video.chunks]), ['-map', '0:v']);
    const theirs = decodedFrames(flv, ['-map', '0:v']);
    expect(ours.length).toBe(frames);
    expect(ours.map(({ hash }) => hash)).toEqual(theirs.map(({ hash }) => hash));
    expect(ours.map(({ pts }) => pts)).toEqual(
      Array.from({ length: frames }, (_, index) => ours[0]!.pts + index),
    );
  });

  test('has B-frames in it, so that composition offsets count', () => {
    expect(new Set(video.samples.map((sample) => sample.compositionOffsetTicks)).size).toBeGreaterThan(1);
  });

  test('decodes to the same sound', () => {
    const pcm = ['-f', 's16le', 'pipe:1'];
    const ours = ffmpeg(
      ['-i', 'pipe:0', '-map', '0:a', ...pcm],
      Buffer.concat([audio.init, ...audio.chunks]),
    );
    const theirs = ffmpeg(['-i', 'pipe:0', '-map', '0:a', ...pcm], flv);
    expect(ours.length).toBeGreaterThanOrEqual(2 * 48_000 * 4);
    expect(ours.equals(theirs)).toBe(true);
  });

  test('plays from any later chunk that begins with a keyframe', () => {
    const from = video.chunks.findIndex((_, index) => index > 0 && video.samples[index * 5]?.keyframe);
    expect(from).toBe(5);
    const rest = decodedFrames(Buffer.concat([video.init, ...video.chunks.slice(from)]), ['-map', '0:v']);
    expect(rest.length).toBe(25);
  });

  test('decodes with styp, prft and emsg before its chunks, and over a hole in the timeline', () => {
    const event = eventMessageBox({
      ...{ schemeIdUri: 'urn:example', value: '', timescale: 1000, presentationTime: 0 },
      ...{ durationTicks: 0, id: 1, data: Buffer.alloc(0) },
    });
    const chunks = [0, 25].flatMap((from, index) =>
      mediaChunk({
        sequenceNumber: index + 1,
        baseMediaDecodeTime: index * 3_600_000,
        samples: video.samples.slice(from, from + 25),
        styp: 'segment',
        producerReference: { wallClockMs: 1_790_000_000_000, mediaTime: 0 },
        events: [event],
      }),
    );
    const read = decodedFrames(Buffer.concat([video.init, ...chunks]), ['-map', '0:v']);
    expect(read.length).toBe(frames);
    expect(read[25]!.pts - read[0]!.pts).toBe(1000);
  });

  test('says the same to mp4box as to our own reader', () => {
    for (const track of [video, audio]) {
      const file = Buffer.concat([track.init, ...track.chunks]);
      const theirs = readWithMp4Box(file);
      const ours = parseChunks(Buffer.concat(track.chunks));
      const { timescale, trackId } = parseInit(track.init);
      expect(theirs.track).toMatchObject({ id: trackId, timescale });
      let at = 0;
      const samples = ours.flatMap((chunk) => {
        at = Number(chunk.baseMediaDecodeTime);
        return chunk.samples.map((sample) => {
          const dts = at;
          at += sample.durationTicks;
          return {
            dts,
            cts: dts + sample.compositionOffsetTicks,
            duration: sample.durationTicks,
            is_sync: sample.keyframe,
            size: sample.data.length,
          };
        });
      });
      expect(samples.length).toBe(track.samples.length);
      expect(theirs.samples).toEqual(samples);
    }
  });

  test('names its codecs and its size to mp4box', () => {
    const picture = readWithMp4Box(Buffer.concat([video.init, ...video.chunks]));
    expect(picture).toMatchObject({ brands: ['cmfc', 'iso6', 'cmfc', 'cmf2'], isFragmented: true });
    expect(picture.track).toMatchObject({
      codec: expect.stringMatching(/^avc1\.6400[0-9a-f]{2}$/),
      video: { width: 320, height: 180 },
    });
    const sound = readWithMp4Box(Buffer.concat([audio.init, ...audio.chunks]));
    expect(sound.track).toMatchObject({
      codec: 'mp4a.40.2',
      audio: { sample_rate: 48_000, channel_count: 2 },
    });
  });
});
