import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import HLS from 'hls-parser';
import { segmentSeconds } from '../lib/packaging/segment-grid.ts';
import { whenInterrupted } from '../testkit/cleanup.ts';
import { Publisher } from '../testkit/media/publisher.ts';
import { Platform } from '../testkit/platform/platform.ts';
import { createStream, getStream } from '../testkit/platform/streams.ts';
import { medianSlope } from '../testkit/report/statistics.ts';
import { figure } from '../testkit/report/table.ts';
import { fetchHlsMedia, playableHls, pollUntil } from './live-broadcast.ts';
import { cpuMsOf, treesOf } from './process-stat.ts';
import type { Section } from './report.ts';

export interface WorkerBenchOptions {
  readonly measureMs: number;
}

const startWithinMs = 30_000;
/** Start-up is not steady state. */
const warmUpMs = 6_000;

/**
 * The worker's own CPU compared with its ffmpeg's, and whether the ladder keeps up with real time while the whole platform
 * runs.
 */
export async function workerBench(
  { measureMs }: WorkerBenchOptions,
  say: (line: string) => void,
): Promise<Section> {
  await using stack = new AsyncDisposableStack();
  const platform = await Platform.start();
  const stopped = whenInterrupted(() => platform.stop());
  stack.defer(async () => {
    await platform.stop();
    stopped();
  });
  const stream = await createStream(platform, { name: 'Bench: worker' });
  const { url, key } = stream.ingest.rtmp;
  const publisher = new Publisher({ url: `${url}/${key}` });
  stack.defer(() => publisher.stop());
  say(`worker: 720p30 for ${measureMs / 1_000} s`);
  await pollUntil(() => playableHls(stream.playback.hls), startWithinMs).catch((cause: Error) => {
    throw new Error(`The broadcast did not start: ${publisher.output}`, { cause });
  });
  await sleep(warmUpMs);

  const { broadcast } = await getStream(platform, stream.id);
  const worker = platform.pidOf(broadcast?.workerId ?? 'encoder-1');
  const ffmpegs = treesOf([worker]).filter((pid) => pid !== worker);
  const others = platform.ready.processes.filter(({ pid }) => pid !== worker);
  // The origin answers nobody else.
  const token = (await readFile(join(platform.dataDir, 'tier-token'), 'utf8')).trim();
  const headers = { authorization: `Bearer ${token}` };
  const playlistUrl = await mediaPlaylistAtOrigin(platform, stream.playback.hls, headers);
  const cpu = () => ({
    worker: cpuMsOf([worker]),
    ffmpeg: cpuMsOf(ffmpegs),
    publisher: cpuMsOf([publisher.process.pid!]),
    ...Object.fromEntries(others.map(({ name, pid }) => [name, cpuMsOf([pid])])),
  });
  const startedMs = performance.now();
  const before = cpu();
  const media = await mediaRate(playlistUrl, headers, measureMs);
  const seconds = (performance.now() - startedMs) / 1_000;
  const used = cpu();
  const perSecond = Object.fromEntries(
    Object.entries(used).map(([name, ms]) => [
      name,
      (ms - (before as Record<string, number>)[name]!) / seconds,
    ]),
  );
  const share = (100 * perSecond.worker!) / perSecond.ffmpeg!;
  const renditions = broadcast?.renditions.map(({ id }) => id) ?? [];
  return {
    name: 'worker',
    title: `Worker: one 720p30 broadcast to ${renditions.join(', ')}`,
    tables: [
      {
        title: 'CPU ms per second, by process',
        head: ['process', 'CPU ms/s', 'of its ffmpeg'],
        rows: Object.entries(perSecond).map(([name, ms]) => [
          name === 'worker' ? `worker (${broadcast?.workerId})` : name,
          figure(ms),
          name === 'worker' ? `${figure(share)} %` : '',
        ]),
      },
    ],
    targets: [
      { what: 'worker’s own CPU, relative to its ffmpeg’s', measured: share, unit: '%', target: 7 },
      {
        what: 'realtime factor of the ladder',
        measured: media.factor,
        unit: '×',
        compare: 'at-least',
        target: 1,
      },
    ],
    notes: [
      `The publisher (ffmpeg, testsrc2, x264 ultrafast) runs on the same machine. ${media.segments} segments in ${figure(media.seconds)} s.`,
      'The realtime factor is the stream time of the segments that became available, divided by the time that took (median slope): 1 means that the ladder keeps up; with live input it cannot exceed 1 for long.',
    ],
    figures: { measureMs, perSecond, workerShareOfFfmpegPercent: share, realtime: media, renditions },
  };
}

/** The first rendition's playlist, read from the origin itself: an edge's response may be a second old. */
async function mediaPlaylistAtOrigin(
  platform: Platform,
  hlsUrl: string,
  headers: Record<string, string>,
): Promise<string> {
  const origin = platform.ready.processes.find(({ role }) => role === 'origin');
  if (origin === undefined) throw new Error('The platform runs no origin.');
  const url = new URL(hlsUrl);
  url.host = `127.0.0.1:${origin.port}`;
  const parsed = HLS.parse(await (await fetch(url, { headers })).text());
  const uri = parsed.isMasterPlaylist ? parsed.variants[0]?.uri : undefined;
  if (uri === undefined) throw new Error(`${url} lists no rendition.`);
  return new URL(uri, url).href;
}

/** Watches segments arrive for about `measureMs`, from one arrival to a later one. */
async function mediaRate(
  url: string,
  headers: Record<string, string>,
  measureMs: number,
): Promise<{ factor: number; segments: number; seconds: number }> {
  const seen = async () => {
    const playlist = await fetchHlsMedia(url, headers);
    return (playlist?.mediaSequenceBase ?? 0) + (playlist?.segments.length ?? 0);
  };
  const next = async (after: number) => {
    const count = await pollUntil(async () => {
      const now = await seen();
      return now > after ? now : undefined;
    }, startWithinMs);
    return { count, atMs: performance.now() };
  };
  const first = await next(await seen());
  const points = [{ x: 0, y: first.count }];
  for (let { count } = first, x = 0; x < measureMs / 1_000; ) {
    const last = await next(count);
    count = last.count;
    x = (last.atMs - first.atMs) / 1_000;
    points.push({ x, y: count });
  }
  const { x: seconds, y: lastCount } = points.at(-1)!;
  // A segment is noticed up to one poll late: the third decimal is meaningless.
  const factor = Math.round(medianSlope(points) * segmentSeconds * 100) / 100;
  return { factor, segments: lastCount - first.count, seconds };
}
