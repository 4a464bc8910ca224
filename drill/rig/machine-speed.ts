import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';

/** Long enough to outweigh the start of ffmpeg. */
const mediaSeconds = 30;

/**
 * How fast this machine is now, quotas and neighbours included: one ffmpeg per core encodes the drill's picture (640x360, 30 frames
 * a second) as a worker does; returns their speed together, as a multiple of real time. Takes about two seconds.
 */
export async function measureMachineSpeed(): Promise<number> {
  const cores = cpus().length;
  const beganAtMs = performance.now();
  await Promise.all(Array.from({ length: cores }, encodeTestPicture));
  return (cores * mediaSeconds * 1000) / (performance.now() - beganAtMs);
}

async function encodeTestPicture(): Promise<void> {
  const ffmpeg = spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-filter_threads', '1'],
      ...['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=30', '-t', String(mediaSeconds)],
      ...['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'superfast', '-tune', 'zerolatency'],
      ...['-b:v', '600k', '-threads', '1', '-f', 'null', '-'],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const [code] = await once(ffmpeg, 'close');
  if (code !== 0) throw new Error(`ffmpeg could not encode the test picture: it exited with ${code}`);
}
