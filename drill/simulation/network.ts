import type { Random } from './random.ts';
import { faultsEndMs, type Schedule, type Target } from './schedule.ts';
import type { Host, World } from './world.ts';

/** How long an adapter waits for a store in total before it reports the store as unavailable. */
const giveUpMs: Readonly<Record<Target, number>> = { control: 1300, origin: 2500 };
const goodMs = 15;
/** A message that takes longer than this means network trouble. */
const slowFromMs = 100;

interface Outage {
  readonly untilMs: number;
  /** It swallows requests; otherwise it refuses them at once. */
  readonly silent: boolean;
}

/**
 * The network between processes and stores: messages are delayed, reordered and lost, in both directions. So a write whose
 * response is lost was made, and one may be made long after its caller gave up or died.
 */
export class Network {
  readonly #world: World;
  readonly #schedule: Schedule;
  readonly #random: Random;
  readonly #outages = new Map<Target, Outage>();
  readonly #cutOffUntilMs = new Map<string, number>();
  /** When a host last had trouble of its own with the control store, as opposed to an outage for everyone. */
  readonly troubleAtMs = new Map<string, number>();
  /** When a host last got no answer from the control store, for any reason. */
  readonly unansweredAtMs = new Map<string, number>();

  constructor(world: World, schedule: Schedule, random: Random) {
    this.#world = world;
    this.#schedule = schedule;
    this.#random = random;
  }

  down(target: Target, ms: number, silent: boolean): void {
    this.#outages.set(target, { untilMs: this.#world.nowMs + ms, silent });
  }

  cutOff(host: Host, target: Target, ms: number): void {
    this.#cutOffUntilMs.set(`${host.id} ${target}`, this.#world.nowMs + ms);
  }

  /**
   * Sends a request to a store: `apply` runs there at once or not at all. Rejects with what `apply` throws, or with `away()`.
   */
  ask<Answer>(host: Host, target: Target, apply: () => Answer, away: () => Error): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const world = this.#world;
      const { life } = host;
      const gaveUp = world.plan(
        giveUpMs[target],
        () => {
          if (target === 'control') this.unansweredAtMs.set(host.id, world.nowMs);
          reject(away());
        },
        host,
      );
      const answer = (settle: () => void): void => {
        const tookMs = this.#latencyMs(host, target);
        if (tookMs === undefined) return;
        const answered = (): void => {
          if (gaveUp.cancelled) return;
          gaveUp.cancelled = true;
          settle();
        };
        world.plan(tookMs, answered, host, life);
      };
      const tookMs = this.#latencyMs(host, target);
      if (tookMs === undefined) return;
      world.plan(tookMs, () => {
        const outage = this.#outages.get(target);
        if (outage && outage.untilMs > world.nowMs) {
          if (outage.silent) return;
          answer(() => {
            if (target === 'control') this.unansweredAtMs.set(host.id, world.nowMs);
            reject(away());
          });
          return;
        }
        try {
          const made = apply();
          answer(() => resolve(made));
        } catch (refusal) {
          answer(() => reject(refusal));
        }
      });
    });
  }

  /** A message between two processes over a working connection. */
  send(to: Host, run: () => void): void {
    this.#world.plan(this.#random.between(1, goodMs), run, to);
  }

  /** How long a message takes; undefined if it is lost. */
  #latencyMs(host: Host, target: Target): number | undefined {
    const { lossRate, slowRate, slowMs } = this.#schedule;
    const { nowMs } = this.#world;
    const random = this.#random;
    const isCutOff = (this.#cutOffUntilMs.get(`${host.id} ${target}`) ?? 0) > nowMs;
    if (nowMs >= faultsEndMs) return random.between(1, goodMs);
    const isLost = isCutOff || random.chance(lossRate);
    const ms = random.chance(slowRate) ? random.between(1, slowMs) : random.between(1, goodMs);
    if (target === 'control' && (isLost || ms > slowFromMs)) this.troubleAtMs.set(host.id, nowMs + ms);
    return isLost ? undefined : ms;
  }
}
