import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { findFfmpeg } from '../../../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { ffmpegStarter } from '../../../lib/adapters/node/ffmpeg/ffmpeg-process.ts';
import { ReadBatch } from '../../../lib/adapters/node/net/read-batch.ts';
import { defaultLadder } from '../../../lib/config/ladder.ts';
import { EncoderRun } from '../../../lib/encoder/encoding/encoder-run.ts';
import { frameModeFlag } from '../../../lib/encoder/encoding/policy/ffmpeg/ffmpeg-version.ts';
import { decideFormat } from '../../../lib/encoder/policy/input-format.ts';
import { soundAlone } from '../../../lib/packaging/ladder-fit.ts';
import { defaultPartMs } from '../../../lib/packaging/segment-grid.ts';
import { FlvReader } from '../../../lib/protocol/flv/reader.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { writeFlvHeader, writeFlvTag } from '../../../lib/protocol/flv/writer.ts';

const seconds = 10;

/** A beep begins each second. */
async function beeping(sampleRate: number, channels: number): Promise<FlvTag[]> {
  const wave = 'if(lt(mod(t,1),0.2),0.6*sin(2*PI*1000*t),0.01*sin(2*PI*200*t))';
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-f', 'lavfi'],
      ...['-i', `aevalsrc='${wave}':s=${sampleRate}:d=${seconds}`, '-ac', String(channels)],
      ...['-c:a', 'aac', '-b:a', '96k', '-f', 'flv', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 },
  );
  return new FlvReader().push(stdout).filter(({ type }) => type === 'audio');
}

const sequenceHeader = (tags: readonly FlvTag[]): Buffer =>
  tags.find(({ payload }) => payload[1] === 0)!.payload;

/** When beeps begin by the media's own timestamps, in ms, to the sample. */
async function beeps(media: Buffer): Promise<number[]> {
  const child = spawn('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-copyts', '-i', 'pipe:0'],
    ...['-af', 'aresample=48000:async=1:min_comp=0.0001:min_hard_comp=0.0005:first_pts=0'],
    ...['-ac', '1', '-f', 's16le', 'pipe:1'],
  ]);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(media);
  await new Promise((resolve) => child.on('close', resolve));
  const samples = Buffer.concat(chunks);
  const begins: number[] = [];
  let lastLoud = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < samples.length / 2; at++) {
    if (Math.abs(samples.readInt16LE(at * 2)) < 6000) continue;
    if (at - lastLoud > 4800) begins.push(at / 48);
    lastLoud = at;
  }
  return begins;
}

const flv = (tags: readonly FlvTag[]): Buffer =>
  Buffer.concat([writeFlvHeader({ audio: true, video: false }), ...tags.flatMap((tag) => writeFlvTag(tag))]);

/** What ffmpeg and the segmenter make of sounds, one after another. */
async function encoded(sounds: readonly (readonly FlvTag[])[]): Promise<Buffer> {
  const build = await findFfmpeg();
  const made: Buffer[] = [];
  await new Promise<void>((resolve) => {
    const run = new EncoderRun(
      {
        id: 1,
        plan: {
          ladder: soundAlone(defaultLadder),
          firstPictureMs: 0,
          frameModeFlag: frameModeFlag(build),
          videoEncoder: 'x264',
        },
        fromNumber: 0,
        format: decideFormat({ audioHeader: sequenceHeader(sounds[0]!) }),
        partMs: defaultPartMs,
      },
      ffmpegStarter(build.path, new ReadBatch(20)),
      {
        header: (_, { init }) => made.push(init),
        part: (_, { chunk }) => made.push(...chunk),
        segment() {},
        captions() {},
        over() {},
        ended: () => resolve(),
      },
    );
    for (const tags of sounds) {
      const audioHeader = sequenceHeader(tags);
      for (const { payload, timestampMs: streamMs } of tags) {
        if (payload[1] === 1) run.feed({ type: 'audio', streamMs, payload, keyframe: true, audioHeader });
      }
    }
    run.endInput();
  });
  return Buffer.concat(made);
}

test('sound keeps its place to the millisecond, wherever it begins and when it changes', async () => {
  const stereo = (await beeping(48_000, 2)).map((tag) => ({ ...tag, timestampMs: tag.timestampMs + 11 }));
  const mono = await beeping(44_100, 1);
  const changeMs = 4618;
  const before = stereo.filter(({ timestampMs: at, payload }) => payload[1] === 0 || at < changeMs);
  const after = mono.filter(({ timestampMs: at, payload }) => payload[1] === 0 || at >= changeMs);
  const sent = [
    ...(await beeps(flv(stereo))).filter((at) => at < changeMs),
    ...(await beeps(flv(mono))).filter((at) => at >= changeMs),
  ];
  const heard = await beeps(await encoded([before, after]));
  expect(heard.length).toBe(sent.length);
  const errors = heard.map((at, index) => Math.abs(at - sent[index]!));
  expect(Math.max(...errors.slice(0, 5))).toBeLessThan(1.5);
  // For a second or two after a change, ffmpeg stretches up to half a frame away.
  expect(Math.max(...errors.slice(5))).toBeLessThan(12);
  expect(Math.max(...errors.slice(7))).toBeLessThan(5.5);
});
