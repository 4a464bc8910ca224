import { setTimeout as sleep } from 'node:timers/promises';
import type { LatencyMode } from '../../lib/control-store/records.ts';
import { whenInterrupted } from '../../testkit/cleanup.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream } from '../../testkit/platform/streams.ts';
import { median, percentile } from '../../testkit/report/statistics.ts';
import { figure } from '../../testkit/report/table.ts';
import { type StockPlayerPages, serveStockPlayers } from '../../testkit/screen/stock-players.ts';
import { playableHls, pollUntil } from '../live-broadcast.ts';
import type { Section, Target } from '../report.ts';
import type { LatencyChoices, LatencyPlayer } from './choices.ts';
import { playerRound, type Seen } from './player-round.ts';
import { type ServedPiece, watchTier } from './tier-watch.ts';
import { tiersOf } from './tiers.ts';

const startWithinMs = 30_000;
/** The ladder's first seconds are not steady, and players need a few segments to begin behind. */
const warmUpMs = 8_000;
const frameMs = 1_000 / 30;

interface Round {
  readonly mode: LatencyMode;
  readonly seen: ReadonlyMap<LatencyPlayer, Seen>;
  /** By tier, in the bytes' order: from the last picture's arrival at the platform to the piece's last byte here, in ms. */
  readonly stages: ReadonlyMap<string, readonly number[]>;
}

/** Glass to glass: a clock drawn into the picture at the publisher is read from the screen of a browser. */
export async function latencyBench(options: LatencyChoices, say: (line: string) => void): Promise<Section> {
  await using stack = new AsyncDisposableStack();
  const platform = await Platform.start();
  const stopped = whenInterrupted(() => platform.stop());
  stack.defer(async () => {
    await platform.stop();
    stopped();
  });
  const pages = await serveStockPlayers();
  stack.defer(() => pages.close());
  const rounds: Round[] = [];
  for (const mode of options.modes) rounds.push(await round(platform, pages, mode, options, say));
  return section(rounds, options);
}

async function round(
  platform: Platform,
  pages: StockPlayerPages,
  mode: LatencyMode,
  { players, source, seconds }: LatencyChoices,
  say: (line: string) => void,
): Promise<Round> {
  await using stack = new AsyncDisposableStack();
  const stream = await createStream(platform, {
    name: `Bench: ${mode} latency`,
    latency: mode,
  });
  const { url, key } = stream.ingest.rtmp;
  const publisher = new Publisher({ url: `${url}/${key}`, size: source, clock: true });
  stack.defer(() => publisher.stop());
  await pollUntil(() => playableHls(stream.playback.hls), startWithinMs).catch((cause: Error) => {
    throw new Error(`The broadcast did not start: ${publisher.output}`, { cause });
  });
  await sleep(warmUpMs);
  const end = new AbortController();
  const tiers = await tiersOf(platform, stream.playback.hls);
  const watches = tiers.map(async (tier) => [tier.name, await watchTier(tier, end.signal)] as const);
  const seen = new Map<LatencyPlayer, Seen>();
  for (const player of players) {
    say(`latency: ${mode}, ${player}, ${seconds} s`);
    seen.set(player, await playerRound(addressOf(player, stream, pages), seconds));
  }
  end.abort();
  const served = await Promise.all(watches);
  return { mode, seen, stages: new Map(served.map(([name, pieces]) => [name, delays(pieces)])) };
}

function addressOf(player: LatencyPlayer, { playback }: CreatedStream, pages: StockPlayerPages): string {
  if (player === 'page') return playback.page;
  return pages.page(player, player === 'dash.js' ? playback.dash : playback.hls);
}

/** The last picture of a piece arrives one frame before the piece's end. */
const delays = (pieces: readonly ServedPiece[]): number[] =>
  pieces.map(({ atMs, endsAtMs }) => atMs - (endsAtMs - frameMs)).filter(Number.isFinite);

function section(rounds: readonly Round[], { source, seconds }: LatencyChoices): Section {
  const players = rounds.flatMap(({ mode, seen }) =>
    [...seen].map(([player, one]) => [
      ...[mode, player, figure(one.p50), figure(one.p95), figure(one.start), figure(one.end)],
      ...[figure(one.freezes), figure(one.frozen), figure(one.rebuffers), figure(one.firstPicture)],
      ...[figure(one.saysMore), one.heights.join(' ')],
    ]),
  );
  const stages = rounds.flatMap(({ mode, stages }) =>
    [...stages].map(([tier, ms]) => [
      ...[mode, tier, figure(median(ms)), figure(percentile(ms, 95)), String(ms.length)],
    ]),
  );
  return {
    name: 'latency',
    title: `Latency: from the publisher's picture to a browser's screen, ${source} at 30 fps, ${seconds} s each`,
    tables: [
      {
        title: 'Glass to glass, s',
        head: [
          ...['stream', 'player', 'p50', 'p95', 'start', 'end', 'freezes', 'frozen', 'rebuffers'],
          ...['first picture', 'page says + ', 'heights'],
        ],
        rows: players,
      },
      {
        title:
          'By stage: from the arrival of a piece’s last picture at the platform to its last byte at a tier, ms',
        head: ['stream', 'at', 'p50', 'p95', 'pieces'],
        rows: stages,
      },
    ],
    targets: rounds.filter(({ mode }) => mode === 'low').flatMap((round) => targets(round, source)),
    notes: [
      'The clock is drawn by ffmpeg before it encodes (x264 ultrafast, zerolatency) and read from each fifth picture on the screen. Players play one after another, in a Chromium of their own without a GPU, on the machine that encodes.',
      'start, end: medians of the first and last 3 s. A freeze is 0.25 s or more without a new picture, after the first 3 s.',
      'A piece is a part, or a segment where there are no parts. Arrival at the platform is what EXT-X-PROGRAM-DATE-TIME says.',
    ],
    figures: rounds.map(({ mode, seen, stages }) => ({
      mode,
      seen: Object.fromEntries(seen),
      stages: Object.fromEntries(stages),
    })),
  };
}

function targets({ seen, stages }: Round, source: string): Target[] {
  const small = Number(source.split('x')[1]) <= 360;
  const edge = stages.get('edge') ?? [];
  return [
    ...(['hls.js', 'page'] as const).flatMap((player): Target[] => {
      const one = seen.get(player);
      if (one === undefined) return [];
      return [
        { what: `${player}: glass to glass, p50`, measured: one.p50, unit: 's', target: small ? 1.5 : 2 },
        { what: `${player}: glass to glass, p95`, measured: one.p95, unit: 's', target: 2.5 },
        { what: `${player}: freezes`, measured: one.freezes, unit: '', compare: 'exactly', target: 0 },
      ];
    }),
    { what: 'part at the edge, p50', measured: median(edge), unit: 'ms', target: 80 },
    { what: 'part at the edge, p95', measured: percentile(edge, 95), unit: 'ms', target: 150 },
  ];
}
