import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** The system's ffmpeg, else the packaged one. */
function findFfmpeg(): string {
  if (spawnSync('ffmpeg', ['-version']).status === 0) return 'ffmpeg';
  const packaged: { path: string } = createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg');
  return packaged.path;
}

const path = findFfmpeg();

/** Runs ffmpeg to its end; throws with what it said where it fails or complains. */
export function ffmpeg(args: readonly string[], input?: Buffer): Buffer {
  const { status, stdout, stderr, error } = spawnSync(path, ['-nostdin', '-loglevel', 'warning', ...args], {
    input,
    maxBuffer: 2 ** 28,
  });
  const words = stderr?.toString() ?? '';
  if (error || status !== 0 || words !== '') throw new Error(`ffmpeg ${args.join(' ')}\n${error ?? words}`);
  return stdout;
}

/** `-f framehash`-like rows of every decoded frame: time in ticks, duration, checksum. */
export function decodedFrames(input: Buffer, args: readonly string[]): { pts: number; hash: string }[] {
  const text = ffmpeg(['-i', 'pipe:0', ...args, '-f', 'framemd5', 'pipe:1'], input).toString();
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(',').map((cell) => cell.trim()))
    .map((cells) => ({ pts: Number(cells[2]), hash: cells[5] ?? '' }));
}
