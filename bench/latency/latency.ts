import { whenInterrupted } from '../../testkit/cleanup.ts';
import { Platform } from '../../testkit/platform/platform.ts';
import type { MachineFacts } from '../../testkit/report/machine.ts';
import { median, percentile } from '../../testkit/report/statistics.ts';
import { figure } from '../../testkit/report/table.ts';
import { serveStockPlayers } from '../../testkit/screen/stock-players.ts';
import type { Section, Target } from '../report.ts';
import type { LatencyChoices } from './choices.ts';
import { ownRound, peerRound, type Round } from './rounds.ts';
import { stageRows } from './stages.ts';

const peerNote = 'MediaMTX repackages what is published; we encode a ladder.';

/** Glass to glass: a clock drawn into the picture at the publisher is read from the screen of a browser. */
export async function latencyBench(
  { versions }: Pick<MachineFacts, 'versions'>,
  options: LatencyChoices,
  say: (line: string) => void,
): Promise<Section> {
  await using stack = new AsyncDisposableStack();
  const pages = await serveStockPlayers();
  stack.defer(() => pages.close());
  const rounds = await ownRounds(pages, options, say);
  // Alone on the machine, as we are: the platform has stopped.
  const peer = versions.mediamtx;
  const isWanted = options.modes.includes('low') && options.players.includes('hls.js');
  let note = peer === undefined ? 'MediaMTX is not installed: skipped.' : peerNote;
  if (peer !== undefined && isWanted) {
    try {
      rounds.push(await peerRound(peer, pages, options, say));
    } catch (fault) {
      note = `MediaMTX could not be measured: ${fault instanceof Error ? fault.message : fault}`;
    }
  }
  return section(rounds, options, note);
}

async function ownRounds(
  pages: Awaited<ReturnType<typeof serveStockPlayers>>,
  options: LatencyChoices,
  say: (line: string) => void,
): Promise<Round[]> {
  const platform = await Platform.start();
  const stopped = whenInterrupted(() => platform.stop());
  try {
    const rounds: Round[] = [];
    for (const mode of options.modes) rounds.push(await ownRound(platform, pages, mode, options, say));
    return rounds;
  } finally {
    await platform.stop();
    stopped();
  }
}

function section(rounds: readonly Round[], { source, seconds }: LatencyChoices, aboutPeer: string): Section {
  const players = rounds.flatMap(({ server, seen }) =>
    [...seen].map(([player, one]) => [
      ...[server, player, figure(one.p50), figure(one.p95), figure(one.start), figure(one.end)],
      ...[figure(one.freezes), figure(one.frozen), figure(one.rebuffers), figure(one.firstPicture)],
      ...[figure(one.saysMore), one.heights.join(' ')],
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
          'By stage, ms: of a piece’s last picture, since its arrival at the platform and since its capture',
        head: ['stream', 'at', 'p50', 'p95', 'since capture, p50', 'more than the stage before', 'pieces'],
        rows: rounds.flatMap(stageRows),
      },
    ],
    targets: rounds.filter(({ mode }) => mode === 'low').flatMap((round) => targets(round, source)),
    notes: [
      'The clock is drawn by ffmpeg before it encodes (x264 ultrafast, zerolatency) and read from each fifth picture on the screen. Players play one after another, in a Chromium of their own without a GPU, on the machine that encodes.',
      'start, end: medians of the first and last 3 s. A freeze is 0.25 s or more without a new picture, after the first 3 s.',
      'A piece is a part, or a segment where there are no parts; it is measured when its last byte has arrived at a client of that tier. Arrival at the platform is what EXT-X-PROGRAM-DATE-TIME says; how long that is after the capture is read from the clock in pictures that were served, decoded afterwards.',
      aboutPeer,
    ],
    figures: rounds.map(({ server, seen, captureMs, stages }) => ({
      mode: server,
      seen: Object.fromEntries(seen),
      captureMs,
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
