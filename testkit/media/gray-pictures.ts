import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Decodes media to pictures of `bytes` gray pixels each, as `filter` makes them: one for each picture in it, however close they stand. */
export async function grayPictures(media: Uint8Array, filter: string, bytes: number): Promise<Buffer[]> {
  const ffmpeg = spawn(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-i', 'pipe:0', '-map', '0:v:0', '-fps_mode', 'passthrough'],
      // Otherwise times round to the frame rate, and ffmpeg complains of each picture that filler stands close to.
      ...['-enc_time_base', '1:90000'],
      ...['-vf', `${filter},format=gray`, '-f', 'rawvideo', 'pipe:1'],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const closed = once(ffmpeg, 'close');
  const pieces: Buffer[] = [];
  ffmpeg.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  ffmpeg.stdin.on('error', () => {});
  ffmpeg.stdin.end(media);
  await closed;
  const pixels = Buffer.concat(pieces);
  return Array.from({ length: Math.floor(pixels.length / bytes) }, (_, index) =>
    pixels.subarray(index * bytes, (index + 1) * bytes),
  );
}
