import { quotas } from '../../lib/cost/quotas.ts';
import { EdgeCache, type Served } from '../../lib/edge/cache.ts';
import { UpstreamError } from '../../lib/edge/policy/errors.ts';
import { preciseAgeHeader } from '../../lib/edge/policy/freshness.ts';
import type { Upstream, UpstreamAnswer } from '../../lib/edge/ports.ts';
import { Demand } from '../world/demand.ts';
import { cdn } from '../world/facts.ts';
import type { Random } from '../world/random.ts';
import type { Timeline } from '../world/timeline.ts';
import { keyOf } from './requests.ts';

/**
 * CloudFront in front of a bucket: edges, regional caches, one shield. Each is our own edge's cache, with our delivery policy: that
 * CloudFront collapses requests as ours does is taken from its documentation.
 */
export class Tiers {
  /** Requests of edges, of regional caches and of the shield to the tier behind them. */
  readonly toRegional = new Demand('edge to regional cache', Number.POSITIVE_INFINITY);
  readonly toShield = new Demand('regional cache to shield', Number.POSITIVE_INFINITY);
  readonly toOrigin = new Demand('shield to origin, reads of one partition', quotas['s3-gets'].most);
  readonly #timeline: Timeline;
  readonly #random: Random;
  readonly #shield: EdgeCache;
  readonly #regional: readonly EdgeCache[];
  readonly #pops: EdgeCache[] = [];

  constructor(timeline: Timeline, random: Random) {
    this.#timeline = timeline;
    this.#random = random;
    this.#shield = this.#cache({ get: () => this.#origin() });
    const { regionalCaches, shieldMs } = cdn;
    this.#regional = Array.from({ length: regionalCaches }, () =>
      this.#cache(this.#behind(this.#shield, shieldMs, this.toShield)),
    );
  }

  /** A viewer's request reaches an edge. `use` gets how long the edge's copy still lives, in ms. */
  ask(pop: number, path: string, use: (leftMs: number) => void): void {
    this.#pops[pop] ??= this.#cache(
      this.#behind(this.#regional[pop % this.#regional.length]!, cdn.regionalMs, this.toRegional),
    );
    this.#pops[pop].get(keyOf(path), (served) => use(leftMsOf(served, this.#timeline.nowMs)));
  }

  #cache(upstream: Upstream): EdgeCache {
    const { nowMs } = clockOf(this.#timeline);
    return new EdgeCache({
      upstream,
      clock: { nowMs, wallMs: nowMs },
      emit: () => {},
      maxFills: Number.POSITIVE_INFINITY,
    });
  }

  #behind(cache: EdgeCache, ms: number, demand: Demand): Upstream {
    return {
      get: async ({ target }) => {
        demand.add(this.#timeline.nowMs, 1);
        await this.#timeline.sleep(ms / 2);
        const served = await new Promise<Served>((resolve) => cache.get(keyOf(target.slice(1)), resolve));
        await this.#timeline.sleep(ms / 2);
        if (typeof served === 'string' || served.state === 'uncached' || served.object.facts.status !== 200)
          throw new UpstreamError('UPSTREAM_BROKEN', `${target} was not served`, { ageMs: 0 });
        const { object } = served;
        // The age when it left.
        const ageMs = object.ageMs(this.#timeline.nowMs) - ms / 2;
        return answer({
          'cache-control': object.facts.cacheControl,
          [preciseAgeHeader]: String(Math.round(Math.max(0, ageMs))),
        });
      },
    };
  }

  async #origin(): Promise<UpstreamAnswer> {
    this.toOrigin.add(this.#timeline.nowMs, 1);
    const [least, most] = cdn.originMs;
    await this.#timeline.sleep(this.#random.between(least, most));
    return answer({});
  }
}

const clockOf = (timeline: Timeline) => ({ nowMs: () => timeline.nowMs });

/** One byte stands for an object: how many there are is what matters here. */
const answer = (headers: Record<string, string>): UpstreamAnswer => ({
  status: 200,
  headers: { ...headers, 'content-length': '1' },
  body: oneByte(),
  discard: () => {},
});

async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield Buffer.alloc(1);
}

function leftMsOf(served: Served, nowMs: number): number {
  if (typeof served === 'string' || served.state === 'uncached') return 0;
  return Math.max(0, served.object.lifetimeMs - served.object.ageMs(nowMs));
}
