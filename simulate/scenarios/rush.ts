import { quotas } from '../../lib/cost/quotas.ts';
import { segmentSeconds } from '../../lib/packaging/segment-grid.ts';
import type { Figure, Scenario } from '../model.ts';
import { audienceLoad } from '../viewers/audience-load.ts';
import { follow, skewed } from '../viewers/followers.ts';
import { bpsPerViewer, requests, requestsPerJoin, requestsPerViewer } from '../viewers/requests.ts';
import { Tiers } from '../viewers/tiers.ts';
import { cdn } from '../world/facts.ts';
import { Random } from '../world/random.ts';
import { Timeline } from '../world/timeline.ts';
import { figure } from './figures.ts';
import { leadMs, preparedFor, surge } from './surge.ts';

const rushMs = 60_000;
const watchedMs = 90_000;

/** Viewers come to one stream within a minute, and an event's broadcasts begin. */
export const rush: Scenario = {
  name: 'rush',
  title: 'A rush of viewers to one stream in a minute, and an event whose broadcasts begin in five',
  async run({ cells, population, viewers, rushViewers, pops, sampledStreams }, seed) {
    const [size] = cells;
    if (!size) throw new Error('There is no region');
    const arrival = await viewersArrive(rushViewers, pops, seed);
    const streams = cells.reduce((sum, { onAir }) => sum + onAir, 0);
    const steady = await audienceLoad(streams, viewers, pops, sampledStreams, seed);
    const unprepared = await surge(size, { seed, population });
    const prepared = await surge({ ...preparedFor(size), onAir: size.onAir }, { seed, population });
    const percent = (share: number): string =>
      `estimated from ${steady.sampled} of ${streams} streams, standard error ${(100 * share).toFixed(1)} %`;
    const named = (prefix: string, figures: readonly Figure[]): Figure[] =>
      figures.map((each) => ({ ...each, name: `${prefix}: ${each.name}` }));
    return {
      name: 'rush',
      title: rush.title,
      broken: [
        ...arrival.broken,
        ...unprepared.broken,
        ...prepared.broken,
        ...(prepared.refused > 0 ? [`${prepared.refused} refused although the fleet was prepared`] : []),
      ],
      figures: [
        ...named('rush', arrival.figures),
        figure('audience: viewers', viewers),
        figure('audience: streams', streams),
        figure('audience: requests to the edge', steady.rates.edge, '/s', 'counted'),
        figure(
          'audience: edge to regional cache',
          steady.rates.regional,
          '/s',
          percent(steady.errors.regional),
        ),
        figure(
          'audience: regional cache to shield',
          steady.rates.shield,
          '/s',
          percent(steady.errors.shield),
        ),
        figure('audience: shield to origin', steady.rates.origin, '/s', percent(steady.errors.origin)),
        figure(
          'audience: reads of one region’s origin',
          steady.rates.origin / cells.length,
          '/s',
          `limit ${quotas['s3-gets'].most} a partition`,
        ),
        ...named('event, unprepared', unprepared.figures),
        ...named('event, prepared', prepared.figures),
        figure('event: until all scheduled tasks serve', (await leadMs(size, seed)) / 1000, 's'),
      ],
    };
  },
};

async function viewersArrive(
  most: number,
  pops: number,
  seed: number,
): Promise<{ figures: Figure[]; broken: string[] }> {
  const timeline = new Timeline();
  const random = new Random(seed, 2);
  const tiers = new Tiers(timeline, random);
  const viewers = (nowMs: number): number => most * Math.min(1, nowMs / rushMs);
  follow({ timeline, random, tiers, prefix: 'r/s/b/', shares: skewed(pops, cdn.popSkew), viewers, most });
  await timeline.run(watchedMs);
  const { toRegional, toShield, toOrigin } = tiers;
  for (const demand of [toRegional, toShield, toOrigin]) demand.settle(timeline.nowMs);
  const joins = (most * 1000) / rushMs;
  const watching = (most * (watchedMs - rushMs / 2)) / 1000;
  const edge = watching * requestsPerViewer + most * requestsPerJoin;
  const peak = most * requestsPerViewer + joins * requestsPerJoin;
  const bound = mostReads(watchedMs / 1000);
  return {
    broken: toOrigin.total > bound ? [`${toOrigin.total} reads of the origin, and ${bound} at most`] : [],
    figures: [
      figure('viewers', most),
      figure('requests to the edge', edge, '', 'counted'),
      figure(
        'requests to the edge, busiest second',
        peak,
        '/s',
        `limit ${quotas['cloudfront-requests'].most} before a raise`,
      ),
      figure(
        'traffic of the edge',
        (most * bpsPerViewer) / 1e9,
        'Gb/s',
        `limit ${quotas['cloudfront-gbps'].most} before a raise`,
      ),
      figure('edge to regional cache', toRegional.total),
      figure('edge to regional cache, busiest second', toRegional.peak, '/s'),
      figure('regional cache to shield', toShield.total),
      figure('regional cache to shield, busiest second', toShield.peak, '/s'),
      figure('shield to origin', toOrigin.total),
      figure('shield to origin, busiest second', toOrigin.peak, '/s'),
      figure('shield to origin, at most by coalescing', bound),
      figure('requests to the control store', 0, '', 'public streams are looked up at the edge'),
    ],
  };
}

/** One read of each object in each of its lives, however many watch. */
const mostReads = (seconds: number): number =>
  requests.reduce((sum, { isSegment, lifeMs }) => {
    const lives = isSegment ? seconds / segmentSeconds : (seconds * 1000) / lifeMs;
    return sum + Math.ceil(lives) + 1;
  }, 0);
