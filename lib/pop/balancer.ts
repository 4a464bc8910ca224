import type { PopTarget } from '../config/programs/pop.ts';
import type { Connection, Dial, Endpoint } from '../net/socket.ts';
import { hostPort } from '../routing/host-port.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { TargetTable } from './policy/target-table.ts';
import type { HealthProbe } from './ports.ts';
import { joinConnections, type Pump } from './pump.ts';

export interface BalancerOptions {
  readonly targets: readonly PopTarget[];
  readonly dial: Dial;
  readonly probe: HealthProbe;
  readonly emit: EmitEvent;
  /** Creates the PROXY header to send before a client's bytes, if targets expect one. @default no header */
  readonly preamble?: (client: Connection) => Uint8Array;
  /** @default 1,000 */
  readonly probeEveryMs?: number;
  /** Timeout of a health check, in ms. @default 1,000 */
  readonly probeTimeoutMs?: number;
  /** @default 2,000 */
  readonly connectTimeoutMs?: number;
  /** A connection idle for this long, in ms, is closed, as by a Network Load Balancer. @default 350,000 */
  readonly idleMs?: number;
}

/** Forwards clients to the healthy proxy with the fewest connections. */
export class Balancer {
  readonly #options: Required<Omit<BalancerOptions, 'preamble'>> & Pick<BalancerOptions, 'preamble'>;
  readonly #table: TargetTable<PopTarget>;
  readonly #pumps = new Map<Pump, { movedBytes: number; quietMs: number }>();
  readonly #timers: NodeJS.Timeout[] = [];
  #stopped = false;

  constructor(options: BalancerOptions) {
    this.#options = {
      probeEveryMs: 1_000,
      probeTimeoutMs: 1_000,
      connectTimeoutMs: 2_000,
      idleMs: 350_000,
      ...options,
    };
    this.#table = new TargetTable(options.targets);
  }

  get connections(): number {
    return this.#pumps.size;
  }

  get anyHealthy(): boolean {
    return this.#table.states.some(({ healthy }) => healthy);
  }

  /** Checks every target once, then starts regular checks. */
  async start(): Promise<void> {
    const { targets, probeEveryMs, idleMs } = this.#options;
    await Promise.all(targets.map((target) => this.#probe(target)));
    if (this.#stopped) return;
    for (const target of targets) {
      let running = false;
      const check = () => {
        if (running) return;
        running = true;
        void this.#probe(target).finally(() => {
          running = false;
        });
      };
      this.#timers.push(setInterval(check, probeEveryMs));
    }
    const sweepMs = Math.max(100, idleMs / 10);
    this.#timers.push(setInterval(() => this.#sweep(sweepMs), sweepMs));
  }

  /** Connects a client to a target until either closes. Closes the client if no target accepts it. */
  async carry(client: Connection, kind: 'rtmp' | 'rtmps'): Promise<void> {
    for (const target of this.#table.order()) {
      const to = { host: target.host, port: kind === 'rtmp' ? target.rtmpPort : target.rtmpsPort };
      // Counted as soon as it is chosen, so that a burst of clients is spread out.
      this.#table.opened(target);
      const connection = await this.#connect(to, target);
      if (connection === undefined) {
        this.#table.closed(target);
        continue;
      }
      if (this.#stopped) {
        this.#table.closed(target);
        connection.abort();
        break;
      }
      if (this.#options.preamble !== undefined) connection.write(this.#options.preamble(client));
      const pump = joinConnections(client, connection, () => {
        this.#table.closed(target);
        this.#pumps.delete(pump);
      });
      this.#pumps.set(pump, { movedBytes: 0, quietMs: 0 });
      return;
    }
    this.#options.emit('pop.client.refused', { client: client.remote.host, kind });
    client.abort();
  }

  /** Closes all connections and stops the checks. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const pump of this.#pumps.keys()) pump.abort();
  }

  async #connect(to: Endpoint, target: PopTarget): Promise<Connection | undefined> {
    try {
      return await this.#options.dial(to, { timeoutMs: this.#options.connectTimeoutMs });
    } catch (cause) {
      this.#options.emit('pop.connect.failed', { target: nameOf(target), cause });
      this.#report(target, false);
      return undefined;
    }
  }

  async #probe(target: PopTarget): Promise<void> {
    const { probe, probeTimeoutMs } = this.#options;
    const healthy = await probe(
      { host: target.host, port: target.healthPort },
      { timeoutMs: probeTimeoutMs },
    );
    if (!this.#stopped) this.#report(target, healthy);
  }

  #report(target: PopTarget, succeeded: boolean): void {
    if (!this.#table.report(target, succeeded)) return;
    this.#options.emit(succeeded ? 'pop.target.in' : 'pop.target.out', { target: nameOf(target) });
  }

  #sweep(elapsedMs: number): void {
    for (const [pump, seen] of this.#pumps) {
      seen.quietMs = pump.movedBytes === seen.movedBytes ? seen.quietMs + elapsedMs : 0;
      seen.movedBytes = pump.movedBytes;
      if (seen.quietMs >= this.#options.idleMs) pump.abort();
    }
  }
}

const nameOf = ({ host, rtmpPort }: PopTarget): string => hostPort({ host, port: rtmpPort });
