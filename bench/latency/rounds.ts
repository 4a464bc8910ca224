import { setTimeout as sleep } from 'node:timers/promises';
import type { LatencyMode } from '../../lib/control-store/records.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream } from '../../testkit/platform/streams.ts';
import type { StockPlayerPages } from '../../testkit/screen/stock-players.ts';
import { playableHls, pollUntil } from '../live-broadcast.ts';
import { captureDelays } from './capture-delay.ts';
import type { LatencyChoices, LatencyPlayer } from './choices.ts';
import { startMediaMtx } from './mediamtx.ts';
import { playerRound, type Seen } from './player-round.ts';
import { type ServedPiece, type Tier, watchTier } from './tier-watch.ts';
import { firstRendition, tiersOf } from './tiers.ts';

const startWithinMs = 30_000;
/** The ladder's first seconds are not steady, and players need a few segments to begin behind. */
const warmUpMs = 8_000;
const frameMs = 1_000 / 30;
/** Pieces whose pictures are decoded afterwards. */
const decoded = 20;

/** What one server was measured at. */
export interface Round {
  /** A latency mode of ours, or a peer's name. */
  readonly server: string;
  readonly mode: LatencyMode | 'peer';
  readonly seen: ReadonlyMap<LatencyPlayer, Seen>;
  /** From the publisher's clock to the platform, in ms. */
  readonly captureMs: readonly number[];
  /** By tier, in the bytes' order: from the last picture's arrival at the platform to the piece's last byte here, in ms. */
  readonly stages: ReadonlyMap<string, readonly number[]>;
}

type Say = (line: string) => void;

export async function ownRound(
  platform: Platform,
  pages: StockPlayerPages,
  mode: LatencyMode,
  choices: LatencyChoices,
  say: Say,
): Promise<Round> {
  const stream = await createStream(platform, {
    name: `Bench: ${mode} latency`,
    latency: mode,
  });
  const { url, key } = stream.ingest.rtmp;
  return round({
    ...{ server: mode, mode, choices, say, players: choices.players },
    rtmp: `${url}/${key}`,
    hls: stream.playback.hls,
    tiers: () => tiersOf(platform, stream),
    addressOf: (player) => addressOf(player, stream, pages),
  });
}

/** MediaMTX by itself: stock hls.js is what plays it. */
export async function peerRound(
  version: string,
  pages: StockPlayerPages,
  choices: LatencyChoices,
  say: Say,
): Promise<Round> {
  const peer = await startMediaMtx();
  try {
    const server = `MediaMTX ${version}`;
    return await round({
      ...{ server, mode: 'peer', choices, say, players: ['hls.js'], rtmp: peer.rtmp, hls: peer.hls },
      tiers: async () => [
        { name: 'server', playlistUrl: await firstRendition(peer.hls), headers: () => ({}) },
      ],
      addressOf: () => pages.page('hls.js', peer.hls),
    });
  } catch (cause) {
    const output = peer.output().trim() || '(no output)';
    throw new Error(`${cause instanceof Error ? cause.message : cause}; it said: ${output}`, { cause });
  } finally {
    await peer.stop();
  }
}

interface Plan {
  readonly server: string;
  readonly mode: Round['mode'];
  readonly choices: LatencyChoices;
  readonly players: readonly LatencyPlayer[];
  readonly rtmp: string;
  readonly hls: string;
  /** The last one is where players are. */
  readonly tiers: () => Promise<readonly Tier[]>;
  readonly addressOf: (player: LatencyPlayer) => string;
  readonly say: Say;
}

async function round({ server, mode, choices, players, rtmp, hls, ...plan }: Plan): Promise<Round> {
  const { source, seconds } = choices;
  const publisher = new Publisher({ url: rtmp, size: source, clock: true });
  const seen = new Map<LatencyPlayer, Seen>();
  let served: (readonly [string, readonly ServedPiece[]])[];
  try {
    await pollUntil(() => playableHls(hls).catch(() => undefined), startWithinMs).catch((cause: Error) => {
      throw new Error(`The broadcast did not start: ${publisher.output}`, { cause });
    });
    await sleep(warmUpMs);
    const end = new AbortController();
    const tiers = await plan.tiers();
    const watches = tiers.map(
      async (tier) =>
        [tier.name, await watchTier(tier, end.signal, tier === tiers.at(-1) ? decoded : 0)] as const,
    );
    for (const player of players) {
      plan.say(`latency: ${server}, ${player}, ${seconds} s`);
      seen.set(player, await playerRound(plan.addressOf(player), seconds));
    }
    end.abort();
    served = await Promise.all(watches);
  } finally {
    await publisher.stop();
  }
  return {
    ...{ server, mode, seen },
    captureMs: await captureDelays(served.at(-1)?.[1] ?? [], frameMs),
    stages: new Map(served.map(([name, pieces]) => [name, delays(pieces)])),
  };
}

function addressOf(player: LatencyPlayer, { playback }: CreatedStream, pages: StockPlayerPages): string {
  if (player === 'page') return playback.page;
  return pages.page(player, player === 'dash.js' ? playback.dash : playback.hls);
}

/** The last picture of a piece arrives one frame before the piece's end. */
const delays = (pieces: readonly ServedPiece[]): number[] =>
  pieces.map(({ atMs, endsAtMs }) => atMs - (endsAtMs - frameMs)).filter(Number.isFinite);
