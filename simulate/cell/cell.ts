import { defaultLadder } from '../../lib/config/ladder.ts';
import type { FleetMember, LeaseRecord } from '../../lib/control-store/records.ts';
import { fleetPartitions } from '../../lib/control-store/tables.ts';
import { eventualReadUnits, warmTables } from '../../lib/cost/table-load.ts';
import { workloadOf } from '../../lib/cost/workload.ts';
import { renewEveryMs } from '../../lib/encoder/lease/policy/fence.ts';
import { workerTiming } from '../../lib/encoder/policy/worker-timing.ts';
import { FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import { routeTiming } from '../../lib/ingest/policy/route-timing.ts';
import type { MemberId, StreamId } from '../../lib/routing/ids.ts';
import { type RankedMember, rankWorkers } from '../../lib/routing/rendezvous.ts';
import { Random, streamIdOf } from '../world/random.ts';
import type { Timeline } from '../world/timeline.ts';
import { Leases } from './leases.ts';
import { Ledger } from './ledger.ts';
import { IngestProxy, type Publisher, Worker } from './members.ts';
import type { CellSize } from './size.ts';

/** Proxies of a region read the fleet at different moments of a second: this many different ones stand for all. */
const views = 4;
/** Workers write their heartbeats at this many different moments of a second. */
const beats = 10;
const { originWrites, fleetItemBytes } = workloadOf(defaultLadder);

/** A region: its fleets, its control store, and the broadcasts that it has on air. Regions share nothing. */
export class Cell {
  readonly timeline: Timeline;
  readonly size: CellSize;
  readonly random: Random;
  readonly ledger: Ledger;
  readonly leases = new Leases();
  readonly workers = new Map<MemberId, Worker>();
  readonly proxies: IngestProxy[] = [];
  readonly publishers = new Map<StreamId, Publisher>();
  readonly #fleet = new Map<MemberId, FleetMember>();
  /** Members of the fleet, by partition. */
  readonly #listed = new Map(fleetPartitions('encoder').map((partition) => [partition, 0]));
  readonly #views = Array.from({ length: views }, () => new FleetView());
  readonly #slots: Worker[][] = Array.from({ length: beats }, () => []);
  readonly #seed: number;
  readonly #population: number;
  #members = 0;
  #streams = 0;
  #runs = false;
  /** Nothing in the region works. */
  dark = false;

  constructor(timeline: Timeline, size: CellSize, options: { seed: number; population: number }) {
    this.timeline = timeline;
    this.size = size;
    this.ledger = new Ledger(warmTables(size.compute));
    this.#seed = options.seed;
    this.#population = options.population;
    this.random = new Random(options.seed, 1 + size.region.length * 1000 + size.region.charCodeAt(0));
    for (let at = 0; at < size.workers; at++) this.addWorker(at % size.zones, 0);
    for (let at = 0; at < size.proxies; at++) this.addProxy(at % size.zones);
    this.#goOnAir();
  }

  addWorker(zone: number, generation: number): Worker {
    const number = ++this.#members;
    const sweepsFrom = streamIdOf(this.#seed ^ number, 0);
    const id = `${this.size.region}-encoder-${number}`;
    const worker = new Worker(id, zone, this.size.streamsPerWorker, generation, sweepsFrom);
    this.workers.set(worker.id, worker);
    this.#slots[number % beats]?.push(worker);
    this.#beat(worker);
    return worker;
  }

  addProxy(zone: number): IngestProxy {
    const number = ++this.#members;
    const proxy = new IngestProxy(`${this.size.region}-proxy-${number}`, zone, this.#views[number % views]!);
    this.proxies.push(proxy);
    return proxy;
  }

  /** A worker takes nothing new from now on, and says so at once. */
  drain(worker: Worker): void {
    worker.draining = true;
    this.#beat(worker);
  }

  /** The task is over. */
  removeWorker(worker: Worker): void {
    worker.alive = false;
    this.workers.delete(worker.id);
    if (this.#fleet.delete(worker.id)) this.#list(worker, -1);
    const slot = this.#slots.find((workers) => workers.includes(worker));
    slot?.splice(slot.indexOf(worker), 1);
  }

  /** Begins heartbeats and readings of the fleet. */
  start(): void {
    const { timeline } = this;
    this.#runs = true;
    for (const [at, slot] of this.#slots.entries())
      timeline.every(workerTiming.heartbeatMs, (at * workerTiming.heartbeatMs) / beats, () => {
        for (const worker of slot) this.#beat(worker);
      });
    for (const [at, view] of this.#views.entries())
      timeline.every(routeTiming.fleetEveryMs, 50 + (at * routeTiming.fleetEveryMs) / views, () => {
        if (this.dark) return;
        view.observe([...this.#fleet.values()], timeline.nowMs);
        this.#countReading(this.proxies.filter((proxy) => proxy.alive && proxy.view === view).length);
      });
    timeline.every(1_000, 999, () => this.#countSecond());
  }

  get livingWorkers(): Worker[] {
    return [...this.workers.values()].filter(({ alive }) => alive);
  }

  get livingProxies(): IngestProxy[] {
    return this.proxies.filter(({ alive, leaving }) => alive && !leaving);
  }

  /** Broadcasts whose media a worker publishes. */
  get onAir(): number {
    return this.livingWorkers.reduce((sum, { publishers }) => sum + publishers.size, 0);
  }

  /** The metric that the fleet scales on: the average of the living workers' shares, in percent. */
  get utilizationPercent(): number {
    const workers = this.livingWorkers.filter(({ draining }) => !draining);
    if (workers.length === 0) return 100;
    return workers.reduce((sum, { load, capacity }) => sum + (100 * load) / capacity, 0) / workers.length;
  }

  /** The metric that the proxies scale on. */
  get publishersPerProxy(): number {
    const { livingProxies } = this;
    return livingProxies.reduce((sum, { publishers }) => sum + publishers.size, 0) / livingProxies.length;
  }

  readLease(streamId: StreamId, { isEventual = false } = {}): LeaseRecord | undefined {
    this.ledger.leases.reads.add(this.timeline.nowMs, isEventual ? eventualReadUnits(0) : 1);
    return this.leases.get(streamId, this.timeline.nowMs);
  }

  /** A stream of the population that is not on air. */
  newPublisher(): Publisher {
    for (;;) {
      const id = streamIdOf(this.#seed, this.random.index(this.#population));
      if (!this.publishers.has(id)) {
        const proxy = undefined;
        const publisher: Publisher = {
          id,
          proxy,
          worker: undefined,
          interruptedAtMs: undefined,
          isSearching: false,
          ended: false,
        };
        this.publishers.set(id, publisher);
        return publisher;
      }
    }
  }

  /** The broadcast is over. */
  end(publisher: Publisher): void {
    publisher.ended = true;
    publisher.worker?.publishers.delete(publisher.id);
    publisher.proxy?.publishers.delete(publisher);
    this.publishers.delete(publisher.id);
    this.leases.release(publisher.id, this.timeline.nowMs);
  }

  /** A task, or its whole zone, stopped without a word. */
  kill(worker: Worker): void {
    worker.alive = false;
    for (const publisher of worker.publishers.values()) {
      this.leases.stop(publisher.id, this.timeline.nowMs);
      publisher.interruptedAtMs ??= this.timeline.nowMs;
    }
  }

  #beat(worker: Worker): void {
    if (!worker.alive || this.dark) return;
    const { nowMs } = this.timeline;
    worker.watch.wrote(nowMs);
    if (!this.#fleet.has(worker.id)) this.#list(worker, 1);
    this.#fleet.set(worker.id, worker.beat());
    if (!this.#runs) return;
    this.ledger.heartbeats.get(worker.partition)?.add(nowMs, 1);
    this.ledger.fleet.writes.add(nowMs, 1);
    const request = worker.draining ? undefined : worker.hold.due(nowMs, worker.load);
    if (request) worker.hold.granted(request, nowMs);
  }

  #list({ partition }: Worker, change: number): void {
    this.#listed.set(partition, (this.#listed.get(partition) ?? 0) + change);
  }

  /** So many proxies read the list of workers, and write their own heartbeats. */
  #countReading(proxies: number): void {
    const { nowMs } = this.timeline;
    const { fleet, fleetReads } = this.ledger;
    const units = [...this.#listed.values()].map((count) => eventualReadUnits(count * fleetItemBytes));
    fleetReads.add(nowMs, proxies * Math.max(...units));
    fleet.reads.add(nowMs, proxies * units.reduce((sum, each) => sum + each, 0));
    fleet.writes.add(nowMs, proxies);
  }

  #countSecond(): void {
    const { nowMs } = this.timeline;
    const { leases, puts } = this.ledger;
    const { onAir } = this;
    let waiting = 0;
    for (const { isSearching } of this.publishers.values()) waiting += Number(isSearching);
    this.ledger.mostWaiting = Math.max(this.ledger.mostWaiting, waiting);
    for (const { room } of this.proxies)
      this.ledger.fullestRoom = Math.max(this.ledger.fullestRoom, room.size);
    leases.writes.add(nowMs, (onAir * 1000) / renewEveryMs);
    puts.add(nowMs, onAir * originWrites);
  }

  /** Places the first broadcasts as a proxy that knows every load would, one after another. */
  #goOnAir(): void {
    const members = new Map<MemberId, RankedMember & { load: number }>();
    for (const { id, capacity } of this.workers.values())
      members.set(id, { id, capacity, load: 0, state: 'active' });
    const list = [...members.values()];
    for (; this.#streams < this.size.onAir; this.#streams++) {
      const publisher = this.newPublisher();
      const [first] = rankWorkers(publisher.id, list);
      const worker = first && this.workers.get(first);
      if (!worker) throw new Error(`${this.size.region} has no room for its first broadcasts`);
      members.get(worker.id)!.load++;
      this.leases.take(publisher.id, worker.id, undefined, -this.random.between(0, 2_000));
      publisher.worker = worker;
      worker.publishers.set(publisher.id, publisher);
      publisher.proxy = this.proxies[this.#streams % this.proxies.length]!;
      publisher.proxy.publishers.add(publisher);
    }
    for (const worker of this.workers.values()) this.#beat(worker);
    for (const view of this.#views) view.observe([...this.#fleet.values()], this.timeline.nowMs);
  }
}
