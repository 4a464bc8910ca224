import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pictureFilter } from '../../../canary/policy/numbered-picture.ts';
import { soundSource } from '../../../canary/policy/test-sound.ts';
import type { Broadcaster, BroadcastOptions } from '../../../canary/ports.ts';

/** How much of what ffmpeg says last is kept. */
const keptBytes = 400;

/** Publishes numbered pictures and beeps in real time with the ffmpeg at `path`. */
export function publishNumbered(
  path: string,
  { url, seconds, size, frameRate }: BroadcastOptions,
): Broadcaster {
  const ffmpeg = spawn(
    path,
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-nostats'],
      // Tells how far it has sent: that is the publisher's clock.
      ...['-progress', 'pipe:1', '-stats_period', '0.25'],
      // Scaling keeps the shape of the grid of cells; square pixels make it the size asked for.
      ...['-re', '-f', 'lavfi', '-i', `${pictureFilter({ size, rate: frameRate })},setsar=1`],
      ...['-re', '-f', 'lavfi', '-i', soundSource({})],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-sc_threshold', '0'],
      ...['-g', String(frameRate * 2), '-b:v', '1500k', '-maxrate', '1500k', '-bufsize', '1500k'],
      ...['-c:a', 'aac', '-b:a', '96k', '-ac', '2', '-t', String(seconds)],
      ...['-rtmp_live', 'live', '-f', 'flv', url],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let sentFromMs: number | undefined;
  createInterface({ input: ffmpeg.stdout }).on('line', (line) => {
    const sentUs = /^out_time_us=(\d+)$/.exec(line)?.[1];
    if (sentUs === undefined || sentUs === '0') return;
    // ffmpeg reports a moment after it has sent; the earliest of all reports is closest to the truth.
    sentFromMs = Math.min(sentFromMs ?? Number.POSITIVE_INFINITY, performance.now() - Number(sentUs) / 1000);
  });
  let said = '';
  ffmpeg.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-keptBytes);
  });
  ffmpeg.on('error', (fault) => {
    said = fault.message;
  });
  const ended = once(ffmpeg, 'close').then(
    () => ({ code: ffmpeg.exitCode, said: withoutKey(said.trim(), url) }),
    (fault: Error) => ({ code: null, said: fault.message }),
  );
  return {
    get sentFromMs() {
      return sentFromMs;
    },
    ended,
    async stop() {
      if (ffmpeg.exitCode === null && ffmpeg.signalCode === null) ffmpeg.kill('SIGINT');
      await ended;
    },
  };
}

/** ffmpeg repeats its URL, which ends with the stream key, in its errors. */
const withoutKey = (text: string, url: string): string =>
  text.replaceAll(url.slice(url.lastIndexOf('/') + 1), '…').replaceAll(/\s*\n\s*/g, ' ');
