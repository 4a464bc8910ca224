import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { proveNvenc } from '../../../lib/adapters/node/ffmpeg/nvenc-probe.ts';
import { countedRate, metadataRate } from '../../../lib/encoder/encoding/policy/ffmpeg/counted-rate.ts';
import { ffmpegArguments } from '../../../lib/encoder/encoding/policy/ffmpeg/ffmpeg-arguments.ts';
import { fitLadder, type VideoInput } from '../../../lib/packaging/ladder-fit.ts';
import type { FlvTag } from '../../../lib/protocol/flv/tag.ts';
import { writeFlvHeader, writeFlvTag } from '../../../lib/protocol/flv/writer.ts';
import { encodeAmf0 } from '../../../lib/protocol/rtmp/amf0.ts';
import { makeClip } from '../../../testkit/media/relay-feed.ts';

const input: VideoInput = { width: 1280, height: 720, frameRate: 60 };
let clip: FlvTag[];
beforeAll(async () => {
  // Pictures so big that ffmpeg sees too few of them before it must know the rate.
  const video = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-qp', '5'];
  clip = (await makeClip({ seconds: 1, rate: 60, video })).filter(({ type }) => type !== 'script');
});

/** Runs ffmpeg as the worker does, on the clip; returns what it says. */
async function say(video: VideoInput, videoEncoder: 'x264' | 'nvenc'): Promise<string> {
  const ladder = fitLadder(video);
  const args = ffmpegArguments({
    ladder,
    input: video,
    firstPictureMs: 0,
    frameModeFlag: '-fps_mode',
    videoEncoder,
  });
  const verbose = args.map((arg) => (arg === 'warning' ? 'verbose' : arg));
  const ffmpeg = spawn('ffmpeg', verbose, { stdio: ['pipe', 'ignore', 'pipe', ...Array(6).fill('ignore')] });
  let said = '';
  ffmpeg.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  ffmpeg.stdin!.on('error', () => {});
  const closed = once(ffmpeg, 'close');
  const facts = encodeAmf0(['onMetaData', new Map([['framerate', metadataRate(video)]])]);
  const script: FlvTag = { type: 'script', timestampMs: 0, payload: facts };
  ffmpeg.stdin!.end(
    Buffer.concat([
      writeFlvHeader({ audio: true, video: true }),
      ...[script, ...clip].flatMap((tag) => writeFlvTag(tag)),
    ]),
  );
  await closed;
  return said;
}

describe('A real ffmpeg', () => {
  test('takes every option of NVENC: all that is missing here is the card', async () => {
    const said = await say(input, 'nvenc');
    expect(said).toMatch(/Cannot load libcuda|Cannot load libnvidia-encode|No capable devices|CUDA_ERROR/);
    expect(said).not.toMatch(/Unrecognized option|Option not found|Undefined constant|Unable to parse/);
    expect(said).not.toMatch(/not been used for any stream|deprecated/i);
  });

  test('hands the frame rate of the sequence header on to every encoder, thinned out or not', async () => {
    const slower = { ...input, frameRate: 50, headerFrameRate: 60 };
    expect(countedRate(slower)).toBe(60);
    expect(ratesIn(await say(slower, 'x264'))).toEqual([60, 60, 60]);
  });

  test('believes what it is told where the sequence header says nothing', async () => {
    clip = clip.map((tag) => (tag.type === 'video' && tag.payload[1] === 0 ? withoutTiming(tag) : tag));
    const slower = { ...input, frameRate: 50 };
    const rates = ratesIn(await say(slower, 'x264'));
    expect(rates).toHaveLength(3);
    for (const rate of rates) expect(rate).toBeCloseTo(countedRate(slower), 1);
  });
});

describe('A worker that is to use NVENC', () => {
  test('does not start where the card or its driver does not work, and says so', async () => {
    await expect(proveNvenc('ffmpeg')).rejects.toMatchObject({
      code: 'NVENC_UNUSABLE',
      message: expect.stringMatching(/libcuda|libnvidia-encode|No capable devices|CUDA_ERROR/),
    });
  });
});

/** The frame rates of the renditions, in the order of the ladder; not of posters and storyboard. */
const ratesIn = (said: string): number[] =>
  said
    .slice(said.indexOf('Output #0'))
    .split('\n')
    .filter((line) => /Stream #.*Video: h264/.test(line))
    .map((line) => Number(/([\d.]+) fps/.exec(line)?.[1]));

/** The same sequence header with an SPS that ends before its VUI (H.264 section 7.3.2.1.1, Baseline to Main profile). */
function withoutTiming(tag: FlvTag): FlvTag {
  const sizeAt = 5 + 6;
  const spsAt = sizeAt + 2;
  const sps = tag.payload.subarray(spsAt, spsAt + tag.payload.readUInt16BE(sizeAt));
  const plain = Buffer.from(sps.toString('latin1').replaceAll('\0\0\x03', '\0\0'), 'latin1');
  const bits = [...plain].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let at = 32;
  const flag = (): boolean => bits[at++] === '1';
  const number = (): number => {
    const zeros = bits.indexOf('1', at) - at;
    const value = Number.parseInt(bits.slice(at + zeros, at + 2 * zeros + 1), 2) - 1;
    at += 2 * zeros + 1;
    return value;
  };
  number(); // seq_parameter_set_id
  number(); // log2_max_frame_num_minus4
  if (number() === 0) number(); // pic_order_cnt_type, log2_max_pic_order_cnt_lsb_minus4
  number(); // max_num_ref_frames
  flag(); // gaps_in_frame_num_value_allowed_flag
  number(); // pic_width_in_mbs_minus1
  number(); // pic_height_in_map_units_minus1
  if (!flag()) flag(); // frame_mbs_only_flag, mb_adaptive_frame_field_flag
  flag(); // direct_8x8_inference_flag
  if (flag()) for (let edge = 0; edge < 4; edge++) number(); // frame_cropping_flag and its offsets
  const kept = `${bits.slice(0, at)}01`; // no VUI, and the end of the SPS
  const cut = Buffer.from(kept.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
  const size = Buffer.alloc(2);
  size.writeUInt16BE(cut.length);
  const payload = Buffer.concat([
    tag.payload.subarray(0, sizeAt),
    size,
    cut,
    tag.payload.subarray(spsAt + sps.length),
  ]);
  return { ...tag, payload };
}
