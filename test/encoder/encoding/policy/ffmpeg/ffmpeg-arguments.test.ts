import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { defaultLadder } from '../../../../../lib/config/ladder.ts';
import {
  ffmpegArguments,
  ffmpegOffsetMs,
  outputIds,
} from '../../../../../lib/encoder/encoding/policy/ffmpeg/ffmpeg-arguments.ts';
import {
  type FfmpegBuild,
  FfmpegUnusableError,
  frameModeFlag,
  judgeFfmpeg,
  parseFfmpegVersion,
} from '../../../../../lib/encoder/encoding/policy/ffmpeg/ffmpeg-version.ts';
import { pictureOutputs } from '../../../../../lib/encoder/encoding/policy/ffmpeg/picture-outputs.ts';
import { fitLadder, soundAlone, type VideoInput } from '../../../../../lib/packaging/ladder-fit.ts';

const input = { width: 1280, height: 720, frameRate: 60 };
const plan = {
  ladder: fitLadder(input),
  input,
  firstPictureMs: 1234,
  frameModeFlag: '-fps_mode' as const,
  videoEncoder: 'x264' as const,
};
const flagValue = (args: readonly string[], flag: string): string | undefined => args[args.indexOf(flag) + 1];

describe("ffmpeg's arguments", () => {
  const args = ffmpegArguments(plan);

  test('open nothing but pipes, decode once, and write one output per rendition', () => {
    expect(flagValue(args, '-protocol_whitelist')).toBe('pipe');
    expect(args.slice(0, args.indexOf('-i')).join(' ')).toContain('-flags +output_corrupt');
    expect(args.filter((arg) => arg === '-i')).toHaveLength(1);
    expect(args.filter((arg) => /^pipe:\d$/.test(arg))).toEqual([
      'pipe:0',
      'pipe:3',
      'pipe:4',
      'pipe:5',
      'pipe:6',
      'pipe:7',
      'pipe:8',
    ]);
    expect(outputIds(plan.ladder)).toEqual(['720p', '480p', '360p', 'audio']);
  });

  test('of sound alone have no picture in them, and do not wait for one', () => {
    const { input: _, ...alone } = { ...plan, ladder: soundAlone(defaultLadder) };
    const sound = ffmpegArguments(alone);
    expect(sound.join(' ')).not.toMatch(/filter_complex |:v|force_key_frames|pipe:4/);
    expect(flagValue(sound, '-map')).toBe('0:a:0');
    expect(flagValue(sound, '-analyzeduration')).toBe('1');
    expect(sound.at(-1)).toBe('pipe:3');
    // Its samples are those that it would have beside pictures.
    expect(flagValue(sound, '-af')).toBe(flagValue(args, '-af'));
  });

  test('scale each size from the one above it and drop pictures once', () => {
    const graph = flagValue(args, '-filter_complex')!;
    const renditions = graph.split(';').filter((chain) => !chain.startsWith('[of-'));
    expect(renditions.join().match(/scale=/g)).toHaveLength(2);
    expect(graph.match(/prev_selected_n/g)).toHaveLength(1);
    expect(renditions.join().match(/select=/g)).toHaveLength(2);
    expect(graph).toContain('[s0]select');
  });

  test('make a poster of the largest size that is no wider than 1280, and a tile of the smallest, one each 4 s', () => {
    const chains = flagValue(args, '-filter_complex')!.split(';');
    expect(chains[0]).toMatch(/split=3\[v0\]\[s0\]\[of-poster\]$/);
    expect(chains[2]).toMatch(/split=2\[v2\]\[of-tile\]$/);
    expect(chains.slice(3)).toEqual([
      expect.stringMatching(/^\[of-tile\]select='.*\/4\).*',scale=256:144:.*\[tile\]$/),
      expect.stringMatching(/^\[of-poster\]select='.*\/4\).*',scale=1280:720:.*\[poster\]$/),
    ]);
    // A second thread would wait for a second picture, and tables of its own could not be joined.
    for (const flag of [
      ['-c:v', 'mjpeg', '-threads', '1'],
      ['-huffman', 'default'],
    ])
      expect(args.join(' ').split(flag.join(' '))).toHaveLength(3);
  });

  test.each<[string, Partial<VideoInput>, string[]]>([
    ['1080p', { width: 1920, height: 1080 }, ['tile 256x144 of 3', 'poster 1280x720 of 1']],
    ['a phone held upright', { width: 1080, height: 1920 }, ['tile 144x256 of 3', 'poster 1080x1920 of 0']],
    ['4:3', { width: 640, height: 480 }, ['tile 256x192 of 1', 'poster 640x480 of 0']],
    ['21:9', { width: 3440, height: 1440 }, ['tile 256x112 of 3', 'poster 1280x536 of 1']],
    ['a tiny picture', { width: 64, height: 2 }, ['tile 256x16 of 0', 'poster 64x2 of 0']],
  ])('of %s have pictures of its shape', (_, size, expected) => {
    const { ladder } = { ladder: fitLadder({ ...input, frameRate: 30, ...size }) };
    expect(
      pictureOutputs(ladder).map(({ kind, width, height, rung }) => `${kind} ${width}x${height} of ${rung}`),
    ).toEqual(expected);
  });

  test('of sound alone make no pictures', () => {
    expect(pictureOutputs(soundAlone(defaultLadder))).toEqual([]);
  });

  test('count key frames from the phase of the first picture', () => {
    expect(flagValue(args, '-force_key_frames')).toContain('t+1.2345');
    expect(ffmpegOffsetMs % 2000).toBe(0);
  });

  test('do not depend on when a run starts except for that phase: equal phases give equal lines', () => {
    expect(ffmpegArguments({ ...plan, firstPictureMs: 1234 + 2000 })).toEqual(args);
  });

  test('force further key frames where another encoder left off, after the first picture only', () => {
    const forced = (...extraKeyFramesMs: number[]) =>
      flagValue(ffmpegArguments({ ...plan, extraKeyFramesMs }), '-force_key_frames');
    expect(forced(2734)).toBe(
      `${flagValue(args, '-force_key_frames')}+gte(t,1.4995)*lt(prev_forced_t,1.4995)`,
    );
    expect(forced(1234, 2734)).toBe(forced(2734));
    expect(forced(2734, 3234)).toBe(`${forced(2734)}+gte(t,1.9995)*lt(prev_forced_t,1.9995)`);
    expect(forced(1234)).toBe(flagValue(args, '-force_key_frames'));
  });

  test('give square pixels and progressive pictures for inputs that have neither', () => {
    const odd = { ...input, width: 1024, codedWidth: 720, height: 576, interlaced: true };
    const graph = flagValue(
      ffmpegArguments({ ...plan, input: odd, ladder: fitLadder(odd) }),
      '-filter_complex',
    )!;
    expect(graph).toContain('yadif');
    expect(graph).toContain('scale=854:480');
  });
});

describe("NVENC's arguments", () => {
  const args = ffmpegArguments({ ...plan, videoEncoder: 'nvenc' });
  const of = (pipe: number): string[] =>
    args.slice(args.indexOf(`[v${pipe - 3}]`), args.indexOf(`pipe:${pipe}`));

  test('differ from the software encoder’s only in the encoder: same filters, same input, same pipes', () => {
    const software = ffmpegArguments(plan);
    const flags = ['-filter_complex', '-protocol_whitelist', '-force_key_frames', '-enc_time_base'];
    for (const flag of flags) expect(flagValue(args, flag)).toBe(flagValue(software, flag));
    expect(args.join(' ')).not.toContain('x264');
    expect(args.filter((arg) => arg === 'h264_nvenc')).toHaveLength(3);
  });

  test('make self-contained segments without delaying pictures', () => {
    for (const pipe of [3, 4, 5]) {
      expect(flagValue(of(pipe), '-forced-idr')).toBe('1');
      expect(flagValue(of(pipe), '-bf')).toBe('0');
      expect(flagValue(of(pipe), '-delay')).toBe('0');
    }
  });

  test('request the bits that give the wanted bitrate: each picture gets its share by the input’s frame rate', () => {
    expect(plan.ladder.video.map(({ bitrateBps, frameRate }) => [bitrateBps, frameRate])).toEqual([
      [3_500_000, 60],
      [1_100_000, 30],
      [600_000, 30],
    ]);
    expect([3, 4, 5].map((pipe) => flagValue(of(pipe), '-b:v'))).toEqual(['3500000', '2200000', '1200000']);
    expect([3, 4, 5].map((pipe) => flagValue(of(pipe), '-bufsize'))).toEqual([
      '3500000',
      '1100000',
      '600000',
    ]);
  });

  test('compensate for a sequence header with the wrong frame rate', () => {
    const lying = { ...input, frameRate: 24, headerFrameRate: 30 };
    const [top] = fitLadder(lying).video;
    const slow = ffmpegArguments({ ...plan, input: lying, ladder: fitLadder(lying), videoEncoder: 'nvenc' });
    expect(Number(flagValue(slow, '-b:v'))).toBe((top!.bitrateBps * 30) / 24);
  });
});

const builds: [string, string][] = [['system', 'ffmpeg']];
try {
  builds.push(['packaged', createRequire(import.meta.url).resolve('@ffmpeg-installer/linux-x64/ffmpeg')]);
} catch {
  // Not packaged for this machine.
}

describe('A real ffmpeg', () => {
  test.each(builds)('(%s) accepts the arguments and is identified by its version', async (source, path) => {
    const run = promisify(execFile);
    const read = parseFfmpegVersion((await run(path, ['-version'])).stdout)!;
    const build: FfmpegBuild = { ...read, path, source: source as FfmpegBuild['source'] };
    judgeFfmpeg(build);
    const args = ffmpegArguments({ ...plan, frameModeFlag: frameModeFlag(build) });
    // A short clip on stdin, each output pipe thrown away: only the arguments are at stake.
    const quoted = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
    const clip = `ffmpeg -v error -f lavfi -i testsrc2=s=1280x720:r=60 -f lavfi -i sine -t 0.3 -c:v libx264 -preset ultrafast -c:a aac -f flv -`;
    const outputs = '3>/dev/null 4>/dev/null 5>/dev/null 6>/dev/null 7>/dev/null 8>/dev/null';
    const { stderr } = await run('bash', [
      '-o',
      'pipefail',
      '-c',
      `${clip} | '${path}' ${quoted} ${outputs}`,
    ]);
    expect(stderr).not.toMatch(/error|invalid|unrecognized|deprecated/i);
  });
});

describe("ffmpeg's version", () => {
  const text = (version: string, years = '2000-2024', configuration = '--enable-gpl --enable-libx264') =>
    `ffmpeg version ${version} Copyright (c) ${years} the FFmpeg developers\nbuilt with gcc\nconfiguration: ${configuration}\n`;
  const build = (version: string, years?: string, configuration?: string): FfmpegBuild => ({
    ...parseFfmpegVersion(text(version, years, configuration))!,
    path: 'ffmpeg',
    source: 'system',
  });

  test.each([
    ['5.1.9-0+deb12u1', { major: 5, minor: 1 }, '-fps_mode'],
    ['n7.1', { major: 7, minor: 1 }, '-fps_mode'],
    ['4.4.2-0ubuntu0.22.04.1', { major: 4, minor: 4 }, '-vsync'],
  ])('%s is parsed, and its frame mode flag known', (version, release, flag) => {
    expect(build(version).release).toEqual(release);
    expect(frameModeFlag(build(version))).toBe(flag);
    expect(() => judgeFfmpeg(build(version))).not.toThrow();
  });

  test('of a build between releases is judged by its year', () => {
    const old = build('N-47683-g0e8eb07980-static', '2000-2018');
    expect(old.release).toBeUndefined();
    expect(frameModeFlag(old)).toBe('-vsync');
    expect(() => judgeFfmpeg(old)).not.toThrow();
    expect(() => judgeFfmpeg(build('N-12345', '2000-2014'))).toThrow(FfmpegUnusableError);
  });

  test('that is too old, or a build without x264, is refused with what to do', () => {
    expect(() => judgeFfmpeg(build('3.4.1'))).toThrow(/too old/);
    expect(() => judgeFfmpeg(build('6.1', '2000-2023', '--disable-gpl'))).toThrow(/libx264/);
    expect(parseFfmpegVersion('bash: ffmpeg: command not found')).toBeUndefined();
  });
});
