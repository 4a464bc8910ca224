import type { FleetMember, LeaseRecord } from '../../lib/control-store/records.ts';
import { EdgeCache } from '../../lib/edge/cache.ts';
import { FailoverUpstream } from '../../lib/edge/failover-upstream.ts';
import { LiveUpstream } from '../../lib/edge/live-origin/live-upstream.ts';
import { firstChoiceHeadMs } from '../../lib/edge/policy/upstream/failover.ts';
import { heldTiming } from '../../lib/edge/policy/upstream/held.ts';
import type { EdgeService, MediaAddress, Upstream, UpstreamRequest } from '../../lib/edge/ports.ts';
import { EdgeHandler } from '../../lib/edge/service.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { cdn, facts } from '../world/facts.ts';
import type { Timeline } from '../world/timeline.ts';
import { Hop } from './hop.ts';
import type { LiveWorker } from './live-worker.ts';

/** What a tier has asked the next one. */
export class Asked {
  total = 0;
  /** By target, what may be held or grows: each is one version. */
  readonly versions = new Map<string, number>();

  /** `keeps`: whether versions are told apart. */
  add({ target, held = false }: UpstreamRequest, keeps: boolean): void {
    this.total++;
    if (held && keeps) this.versions.set(target, (this.versions.get(target) ?? 0) + 1);
  }

  /** How often the version that was asked for most often was. */
  get mostForOne(): number {
    return Math.max(0, ...this.versions.values());
  }

  reset(): void {
    this.total = 0;
    this.versions.clear();
  }
}

export interface LiveTiersOptions {
  readonly timeline: Timeline;
  readonly pops: number;
  /** What the object store answers with, below the CDN. */
  readonly store: EdgeService;
  /** For each cache. @default the program's own */
  readonly cacheBytes?: number;
}

/** Anything but the worker answers within this. The programs' own limit. */
const usualHeadMs = 10_000;

/**
 * From an edge to a worker: our edge's own program in each role. That CloudFront collapses requests as ours does is taken from its
 * documentation; that it does so for answers that are held has to be tried (docs/low-latency.md).
 */
export class LiveTiers {
  readonly toRegional = new Asked();
  readonly toShield = new Asked();
  readonly toLiveOrigin = new Asked();
  readonly toStore = new Asked();
  readonly toWorker = new Asked();
  readonly caches: EdgeCache[] = [];
  /** The live origins answer nobody. */
  liveOriginsHang = false;
  lease: LeaseRecord | undefined;
  leaseReads = 0;
  readonly #options: LiveTiersOptions;
  readonly #workers = new Map<MemberId, LiveWorker>();
  readonly #toWorkers: Hop<UpstreamRequest & { readonly headTimeoutMs: number; readonly worker: MemberId }>;
  readonly #shield: EdgeService;
  readonly #regional: readonly EdgeService[];
  readonly #pops: EdgeService[] = [];

  constructor(options: LiveTiersOptions) {
    this.#options = options;
    const { timeline, store } = options;
    this.#toWorkers = new Hop({
      timeline,
      ms: facts.networkMs,
      to: ({ worker: id }) => {
        const worker = this.#workers.get(id);
        return worker === undefined || worker.isGone ? 'refused' : worker;
      },
      sent: (request) => {
        if (request.target !== '/healthz') this.toWorker.add(request, true);
      },
      headMs: ({ headTimeoutMs }) => headTimeoutMs,
    });
    const workers = new LiveUpstream({
      store: {
        getLease: async () => {
          this.leaseReads++;
          await timeline.sleep(facts.storeMs);
          return this.lease;
        },
        listFleet: async () => {
          await timeline.sleep(facts.storeMs);
          return [...this.#workers.keys()].map(memberOf);
        },
      },
      requests: {
        get: ({ id }: MediaAddress, request) => this.#toWorkers.get({ ...request, worker: id }),
      },
      clock: { nowMs: () => timeline.nowMs },
      emit: () => {},
    });
    const liveOrigin = this.#tier('live-origin', workers, true);
    const shield = new FailoverUpstream({
      liveOrigin: this.#hop(
        facts.networkMs,
        () => (this.liveOriginsHang ? 'silent' : liveOrigin),
        this.toLiveOrigin,
        ({ held }) => (held ? heldTiming.shieldMs : firstChoiceHeadMs),
      ),
      store: this.#hop(cdn.originMs[1], () => store, this.toStore),
      clock: { nowMs: () => timeline.nowMs },
      emit: () => {},
    });
    this.#shield = this.#tier('shield', shield);
    this.#regional = Array.from({ length: Math.min(cdn.regionalCaches, options.pops) }, () =>
      this.#tier(
        'shield',
        this.#hop(cdn.shieldMs, () => this.#shield, this.toShield, undefined, true),
      ),
    );
    this.#pops = Array.from({ length: options.pops }, (_, pop) =>
      this.#tier(
        'edge',
        this.#hop(
          cdn.regionalMs,
          () => this.#regional[pop % this.#regional.length]!,
          this.toRegional,
          undefined,
          false,
        ),
      ),
    );
  }

  pop(pop: number): EdgeService {
    return this.#pops[pop]!;
  }

  get regionalCaches(): number {
    return this.#regional.length;
  }

  add(id: MemberId, worker: LiveWorker): void {
    this.#workers.set(id, worker);
  }

  /** The process of this worker ends, and its host refuses connections. */
  kill(id: MemberId): void {
    this.#workers.get(id)?.die();
    this.#toWorkers.cut();
  }

  #hop(
    ms: number,
    to: () => EdgeService | 'silent',
    asked: Asked,
    headMs: (request: UpstreamRequest) => number = () => usualHeadMs,
    keeps = true,
  ): Hop {
    const { timeline } = this.#options;
    return new Hop({
      ...{ timeline, ms, to, headMs },
      sent: (request) => {
        if (request.target !== '/healthz') asked.add(request, keeps);
      },
    });
  }

  #tier(tier: string, upstream: Upstream, isLiveOrigin = false): EdgeService {
    const { timeline, cacheBytes } = this.#options;
    const nowMs = (): number => timeline.nowMs;
    const clock = { nowMs, wallMs: nowMs };
    const cache = new EdgeCache({
      ...{ upstream, clock, isLiveOrigin, emit: () => {} },
      ...(cacheBytes !== undefined && { cacheBytes }),
    });
    this.caches.push(cache);
    return new EdgeHandler({ tier, cache, clock, gzip: async (body) => body });
  }
}

const memberOf = (id: MemberId): FleetMember => ({
  ...{ id, role: 'encoder', host: '192.0.2.1', port: 1, mediaPort: 2 },
  ...{ capacity: 8, load: 1, state: 'active', version: 1 },
});
