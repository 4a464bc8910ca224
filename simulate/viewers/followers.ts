import { segmentMs, segmentNumberAt } from '../../lib/packaging/segment-grid.ts';
import type { Random } from '../world/random.ts';
import type { Timeline } from '../world/timeline.ts';
import { type Request, requests } from './requests.ts';
import type { Tiers } from './tiers.ts';

export interface Following {
  readonly timeline: Timeline;
  readonly random: Random;
  readonly tiers: Tiers;
  /** Object keys begin with it. */
  readonly prefix: string;
  /** By edge: its share of the viewers. */
  readonly shares: readonly number[];
  /** How many watch at a time. Never more than `most`. */
  readonly viewers: (nowMs: number) => number;
  readonly most: number;
}

/**
 * The viewers of one stream, at all edges. Only requests that an edge can't answer from its copy are events: as independent viewers'
 * requests have no memory (Poisson), the first one after a copy's end comes after an exponential time. So nothing is sampled, and
 * hits cost nothing to simulate.
 */
export function follow(following: Following): void {
  for (const [pop] of following.shares.entries())
    for (const request of requests) {
      if (request.isSegment) followSegments(following, pop, request);
      else followLive(following, pop, request);
    }
}

/** What is replaced all the time: asked for again after each end of the edge's copy. */
function followLive(following: Following, pop: number, request: Request): void {
  const { timeline, tiers, prefix } = following;
  const path = prefix + request.name(0);
  untilAsked(following, pop, request, Number.POSITIVE_INFINITY, () =>
    tiers.ask(pop, path, (leftMs) => timeline.after(leftMs, () => followLive(following, pop, request))),
  );
}

/** What everyone asks for once: a new one with each segment. */
function followSegments(following: Following, pop: number, request: Request): void {
  const { timeline, tiers, prefix } = following;
  timeline.every(segmentMs, 0, () => {
    const path = prefix + request.name(segmentNumberAt(timeline.nowMs));
    untilAsked(following, pop, request, timeline.nowMs + segmentMs, () => tiers.ask(pop, path, () => {}));
  });
}

/** Calls `asked` at the next request, unless it comes after `untilMs`. */
function untilAsked(
  following: Following,
  pop: number,
  request: Request,
  untilMs: number,
  asked: () => void,
): void {
  const { timeline, random, shares, viewers, most } = following;
  const perMs = (most * shares[pop]! * request.share * request.perSecond) / 1000;
  const next = (): void => {
    const ms = random.exponential(1 / perMs);
    if (timeline.nowMs + ms >= untilMs) return;
    timeline.after(ms, () => {
      // Candidates come at the highest rate; at a lower one, as many fewer are requests (thinning).
      if (random.next() < viewers(timeline.nowMs) / most) asked();
      else next();
    });
  };
  next();
}

/** Shares that fall as rank^−`skew`, and sum to 1. */
export function skewed(count: number, skew: number): number[] {
  const weights = Array.from({ length: count }, (_, index) => (index + 1) ** -skew);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
