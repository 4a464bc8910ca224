import { audience, cdn } from '../world/facts.ts';
import { Random } from '../world/random.ts';
import { Timeline } from '../world/timeline.ts';
import { follow, skewed } from './followers.ts';
import { requests, requestsPerViewer } from './requests.ts';
import { Tiers } from './tiers.ts';

/** Requests a second to each tier. */
export interface TierRates {
  readonly edge: number;
  readonly regional: number;
  readonly shield: number;
  readonly origin: number;
}

export interface AudienceLoad {
  readonly rates: TierRates;
  /** Of `regional`, `shield` and `origin`: the relative standard error, as a share. */
  readonly errors: Omit<TierRates, 'edge'>;
  readonly sampled: number;
}

const tiers = ['regional', 'shield', 'origin'] as const;
const warmUpMs = 3_000;
const measuredMs = 8_000;

/**
 * What an audience of many streams asks of each tier. Every stream's requests are calculated as if each cache renewed its copy by itself;
 * some streams, evenly spread over the logarithm of their rank, are simulated as well, and their ratio corrects the sum.
 */
export async function audienceLoad(
  streams: number,
  viewers: number,
  pops: number,
  sample: number,
  seed: number,
): Promise<AudienceLoad> {
  const watching = skewed(streams, audience.streamSkew).map((share) => share * viewers);
  const popShares = skewed(pops, cdn.popSkew);
  const regionalShares = Array.from({ length: cdn.regionalCaches }, (_, cache) =>
    popShares.reduce((sum, share, pop) => sum + (pop % cdn.regionalCaches === cache ? share : 0), 0),
  );
  const levels = { regional: popShares, shield: regionalShares, origin: [1] };
  const expected = (count: number, tier: (typeof tiers)[number]): number =>
    levels[tier].reduce((sum, share) => sum + renewals(count * share), 0);

  const ranks = new Set(
    Array.from({ length: sample }, (_, at) => Math.floor(streams ** ((at + 0.5) / sample)) - 1),
  );
  const seen: { readonly count: number; readonly rates: Omit<TierRates, 'edge'> }[] = [];
  for (const rank of ranks) {
    const count = watching[rank]!;
    seen.push({ count, rates: await simulated(count, popShares, new Random(seed, rank)) });
  }
  const estimate = (tier: (typeof tiers)[number]): { rate: number; error: number } => {
    const pairs = seen.map(({ count, rates }) => ({ x: expected(count, tier), y: rates[tier] }));
    const sumX = pairs.reduce((sum, { x }) => sum + x, 0);
    const ratio = pairs.reduce((sum, { y }) => sum + y, 0) / sumX;
    const squares = pairs.reduce((sum, { x, y }) => sum + (y - ratio * x) ** 2, 0);
    const deviation = Math.sqrt(squares / (pairs.length - 1)) * Math.sqrt(pairs.length);
    const total = watching.reduce((sum, count) => sum + expected(count, tier), 0);
    return { rate: ratio * total, error: deviation / (ratio * sumX) };
  };
  const [regional, shield, origin] = [estimate('regional'), estimate('shield'), estimate('origin')];
  return {
    rates: {
      edge: viewers * requestsPerViewer,
      regional: regional.rate,
      shield: shield.rate,
      origin: origin.rate,
    },
    errors: { regional: regional.error, shield: shield.error, origin: origin.error },
    sampled: ranks.size,
  };
}

/** How often a second a cache with this many viewers of a stream asks the next tier. */
function renewals(viewers: number): number {
  return requests.reduce((sum, { share, perSecond, lifeMs, isSegment }) => {
    const rate = viewers * share * perSecond;
    const lifeSeconds = lifeMs / 1000;
    return (
      sum + (isSegment ? (1 - Math.exp(-rate * lifeSeconds)) / lifeSeconds : rate / (1 + rate * lifeSeconds))
    );
  }, 0);
}

async function simulated(
  viewers: number,
  shares: readonly number[],
  random: Random,
): Promise<Omit<TierRates, 'edge'>> {
  const timeline = new Timeline();
  const chain = new Tiers(timeline, random);
  follow({ timeline, random, tiers: chain, prefix: 'r/s/b/', shares, viewers: () => viewers, most: viewers });
  await timeline.run(warmUpMs);
  const before = [chain.toRegional.total, chain.toShield.total, chain.toOrigin.total] as const;
  await timeline.run(warmUpMs + measuredMs);
  const perSecond = 1000 / measuredMs;
  return {
    regional: (chain.toRegional.total - before[0]) * perSecond,
    shield: (chain.toShield.total - before[1]) * perSecond,
    origin: (chain.toOrigin.total - before[2]) * perSecond,
  };
}
