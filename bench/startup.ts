import { segmentSeconds } from '../lib/packaging/segment-grid.ts';
import { whenInterrupted } from '../testkit/cleanup.ts';
import { Publisher } from '../testkit/media/publisher.ts';
import { Platform } from '../testkit/platform/platform.ts';
import { createStream } from '../testkit/platform/streams.ts';
import { median, range } from '../testkit/report/statistics.ts';
import { figure } from '../testkit/report/table.ts';
import { ConnectWatch, playableDash, playableHls, pollUntil } from './live-broadcast.ts';
import type { Section } from './report.ts';

const withinMs = 30_000;

interface Startup {
  readonly hlsMs: number;
  readonly dashMs: number;
}

/** From the publisher's first connect to the first segment that a viewer has fetched, with the whole platform running. */
export async function startupBench(
  { rounds }: { rounds: number },
  say: (line: string) => void,
): Promise<Section> {
  await using stack = new AsyncDisposableStack();
  const platform = await Platform.start();
  const stopped = whenInterrupted(() => platform.stop());
  stack.defer(async () => {
    await platform.stop();
    stopped();
  });
  const measured: Startup[] = [];
  for (let round = 0; round < rounds; round++) {
    say(`startup, round ${round + 1} of ${rounds}`);
    measured.push(await startup(platform));
  }
  const row = (name: string, pick: (one: Startup) => number) => {
    const values = measured.map(pick);
    return [name, ...[median(values), ...range(values)].map((ms) => figure(ms / 1_000))];
  };
  return {
    name: 'startup',
    title: 'Start: from the publisher’s connect to the first playable segment, through the edge',
    tables: [
      {
        title: `720p30 from ffmpeg, ${rounds} round(s)`,
        head: ['what', 'median s', 'fastest s', 'slowest s'],
        rows: [
          row('HLS: playlists, init and segment fetched', ({ hlsMs }) => hlsMs),
          row('DASH: manifest, init and segment fetched', ({ dashMs }) => dashMs),
        ],
      },
    ],
    targets: [],
    notes: [
      `A viewer polls every 100 ms; the edge caches a 404 for up to 1 s, as it does for real viewers. A segment is ${segmentSeconds} s long.`,
    ],
    figures: { rounds: measured },
  };
}

async function startup(platform: Platform): Promise<Startup> {
  const stream = await createStream(platform, { name: 'Bench: start' });
  const { url, key } = stream.ingest.rtmp;
  const watch = await ConnectWatch.before(url);
  const publisher = new Publisher({ url: `${watch.via(url)}/${key}` });
  try {
    const connectedMs = await watch.connectedMs;
    const since = async (found: Promise<unknown>) => {
      await found;
      return performance.now() - connectedMs;
    };
    const [hlsMs, dashMs] = await Promise.all([
      since(pollUntil(() => playableHls(stream.playback.hls), withinMs)),
      since(pollUntil(() => playableDash(stream.playback.dash), withinMs)),
    ]);
    return { hlsMs, dashMs };
  } catch (cause) {
    throw new Error(`No start: ${publisher.output}`, { cause });
  } finally {
    await publisher.stop();
    watch.stop();
  }
}
