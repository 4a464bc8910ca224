import type { MemberId } from '../../lib/routing/ids.ts';
import { Invariants, recoveredWithinMs, type Violation } from './invariants.ts';
import { Network } from './network.ts';
import { ProxyProcess } from './proxy-process.ts';
import { Random } from './random.ts';
import { productRules, type Rules } from './rules.ts';
import {
  type Fault,
  faultsEndMs,
  proxy,
  type Schedule,
  scheduleOf,
  type Victim,
  workers,
} from './schedule.ts';
import { WorkerProcess } from './worker-process.ts';
import { Host, World } from './world.ts';

/** Result of running one schedule. */
export interface Run {
  readonly schedule: Schedule;
  readonly violations: readonly Violation[];
  /** How often the lease was taken. */
  readonly grants: number;
}

/** After this many segments since the last fault, the stream counts as recovered. */
const enoughSegments = 2;

/** Runs a seed's schedule: same seed, same run. Replaces the global timers meanwhile. */
export async function simulate(seed: number, rules: Rules = productRules): Promise<Run> {
  const schedule = scheduleOf(seed);
  const random = new Random(~seed);
  const { random: realRandom } = Math;
  const { stackTraceLimit } = Error;
  Math.random = () => random.next();
  // Errors are frequent here, and capturing the stack is most of their cost.
  Error.stackTraceLimit = 0;
  try {
    return await new Simulation(schedule, random, rules).run();
  } finally {
    Math.random = realRandom;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class Simulation {
  readonly #schedule: Schedule;
  readonly #rules: Rules;
  readonly #world = new World();
  readonly #hosts: Host[];
  readonly #network: Network;
  readonly #invariants: Invariants;
  readonly #processes = new Map<MemberId, WorkerProcess>();
  #proxy?: ProxyProcess;

  constructor(schedule: Schedule, random: Random, rules: Rules) {
    this.#schedule = schedule;
    this.#rules = rules;
    this.#hosts = schedule.hosts.map(({ wallOffMs, ...clock }, index) => {
      const host = new Host(this.#world, index === proxy ? 'proxy' : `encoder-${index + 1}`, clock);
      host.wallOffMs = wallOffMs;
      return host;
    });
    this.#network = new Network(this.#world, schedule, random);
    this.#invariants = new Invariants(this.#world, new Map(this.#hosts.map((host) => [host.id, host])));
    this.#invariants.connect(this.#network, (id) => this.#processes.get(id as MemberId)?.holds === true);
  }

  async run(): Promise<Run> {
    for (const host of this.#hosts.slice(0, workers)) this.#startWorker(host);
    this.#world.plan(100, () => this.#startProxy(this.#hosts[proxy]!), this.#hosts[proxy]!);
    for (const fault of this.#schedule.faults) this.#world.plan(fault.atMs, () => this.#befall(fault));
    const { violations } = this.#invariants;
    await this.#world.run(
      faultsEndMs + recoveredWithinMs,
      () => violations.length > 0 || this.#invariants.publishedAfterFaults >= enoughSegments,
    );
    if (violations.length === 0) this.#invariants.end();
    return { schedule: this.#schedule, violations, grants: this.#invariants.grants };
  }

  #startWorker(host: Host): void {
    const id = host.id as MemberId;
    const proxyHost = this.#hosts[proxy]!;
    host.alive = true;
    host.startedAtMs = this.#world.nowMs;
    this.#world.plan(
      0,
      () => {
        const process = new WorkerProcess({
          host,
          network: this.#network,
          invariants: this.#invariants,
          rules: this.#rules,
          closed: () => this.#network.send(proxyHost, () => this.#proxy?.linkClosed(id)),
          published: () => this.#network.send(proxyHost, () => this.#proxy?.heard(id)),
          renewed: (version) => this.#network.send(proxyHost, () => this.#proxy?.heard(id, version)),
        });
        this.#processes.set(id, process);
      },
      host,
    );
  }

  #startProxy(host: Host): void {
    this.#proxy = new ProxyProcess({
      host,
      network: this.#network,
      invariants: this.#invariants,
      dial: (worker, gone, answered) => {
        const there = this.#hosts.find(({ id }) => id === worker);
        if (!there?.alive || there.rejectedUntilMs > this.#world.nowMs) {
          // Its port is closed.
          this.#network.send(host, () => answered({ accepted: false, refused: true }));
          return;
        }
        this.#network.send(there, () => {
          const process = this.#processes.get(worker);
          void process?.admit(gone).then((answer) => this.#network.send(host, () => answered(answer)));
        });
      },
    });
  }

  #befall(fault: Fault): void {
    const host = 'host' in fault ? this.#victim(fault.host) : undefined;
    if (fault.kind === 'link-cut') this.#network.send(this.#hosts[proxy]!, () => this.#proxy?.cut());
    else if (fault.kind === 'store-down') this.#network.down(fault.target, fault.ms, fault.silent);
    else if (!host?.alive) return;
    else if (fault.kind === 'rejected') {
      host.rejectedUntilMs = this.#world.nowMs + fault.ms;
      this.#network.send(this.#hosts[proxy]!, () => this.#proxy?.linkClosed(host.id as MemberId));
    } else if (fault.kind === 'pause') host.pause(fault.ms, fault.stopsClock);
    else if (fault.kind === 'wall-jump') host.wallOffMs += fault.byMs;
    else if (fault.kind === 'cut-off') this.#network.cutOff(host, fault.from, fault.ms);
    else if (fault.kind === 'crash') this.#crash(host, fault.restartMs);
    else this.#drain(host, fault.restartMs);
  }

  #victim(victim: Victim): Host | undefined {
    if (victim !== 'holder') return this.#hosts[victim];
    const { lease } = this.#invariants.control;
    return this.#hosts.find(({ id }) => id === lease?.workerId);
  }

  #crash(host: Host, restartMs: number): void {
    host.crash();
    const id = host.id as MemberId;
    this.#processes.delete(id);
    this.#network.send(this.#hosts[proxy]!, () => this.#proxy?.linkClosed(id));
    this.#world.plan(restartMs, () => this.#startWorker(host));
  }

  #drain(host: Host, restartMs: number): void {
    const { life } = host;
    const run = (): void => {
      const process = this.#processes.get(host.id as MemberId);
      void process?.drain().then(() => {
        if (host.life === life && host.alive) this.#crash(host, restartMs);
      });
    };
    this.#world.plan(0, run, host);
  }
}
