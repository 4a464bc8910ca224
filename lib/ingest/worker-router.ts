import type { FleetMember, LeaseRecord } from '../control-store/records.ts';
import type { Dial } from '../net/socket.ts';
import type { RelayHello } from '../protocol/relay/hello.ts';
import type { RetryPolicy } from '../retry/policy/backoff.ts';
import { retry } from '../retry/retry.ts';
import type { MemberId, StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { LinkRefusedError, RouteFailedError } from './errors.ts';
import { chooseWorker, type FleetView } from './policy/fleet-view.ts';
import type { IngestStore } from './ports.ts';
import { openWorkerLink, type WorkerLink } from './worker-link.ts';

/** Between two rounds through the workers: a dead worker's lease must run out, a drained one must let go. */
const betweenRounds: RetryPolicy = { firstMs: 250, longestMs: 250, jitter: 0.2 };
const connectTimeoutMs = 1_000;
/** A worker keeps a second publisher waiting for 2 s or so (docs/decisions/0011); then it answers. */
const answerTimeoutMs = 4_000;

export interface RouteRequest {
  readonly hello: RelayHello;
  /** A worker to try last: it took nothing of this stream for too long. */
  readonly avoid?: MemberId;
  /** On `performance.now()`'s clock. */
  readonly deadlineMs: number;
  /** Tries each worker once, however much time is left. */
  readonly once?: boolean;
  /** Raised when the publisher leaves. */
  readonly signal: AbortSignal;
  /** A worker keeps room and waits for the lease of the one that the hello says it moves from. */
  readonly onStandby?: () => void;
  readonly facts: { readonly session: string; readonly client: string; readonly stream: string };
}

export interface WorkerRouterOptions {
  readonly store: Pick<IngestStore, 'getLease'>;
  readonly fleet: FleetView;
  readonly dial: Dial;
  readonly emit: EmitEvent;
}

/** Finds the worker that takes a stream: the holder of its lease, else the ranking; the worker's answer decides. */
export class WorkerRouter {
  readonly #options: WorkerRouterOptions;

  constructor(options: WorkerRouterOptions) {
    this.#options = options;
  }

  /** Whether the heartbeats of `worker` go on, as far as we can see. */
  lives(worker: MemberId): boolean {
    return this.#options.fleet.find(worker) !== undefined;
  }

  /** Whether a stream that leaves `worker` has where to go. */
  hasOther(worker: MemberId): boolean {
    return this.#options.fleet
      .living()
      .some(({ id, state, load, capacity }) => id !== worker && state === 'active' && load < capacity);
  }

  /** Goes through the workers, in rounds unless `once`, until one accepts. Throws `RouteFailedError`. */
  async open(request: RouteRequest): Promise<WorkerLink> {
    const { once = false, deadlineMs, signal } = request;
    const again = (cause: unknown): boolean =>
      !once && isNoWorker(cause) && performance.now() + betweenRounds.firstMs < deadlineMs;
    try {
      return await retry(() => this.#round(request), betweenRounds, { again, signal });
    } catch (cause) {
      throw signal.aborted && !(cause instanceof RouteFailedError) ? publisherLeft() : cause;
    }
  }

  /** One try with each candidate, and with the holder that one of them names. */
  async #round(request: RouteRequest): Promise<WorkerLink> {
    const candidates = await this.#candidates(request);
    const tried = new Set<MemberId>();
    while (candidates.length > 0) {
      const member = candidates.shift()!;
      if (tried.has(member.id)) continue;
      tried.add(member.id);
      const leftMs = request.deadlineMs - performance.now();
      if (leftMs <= 0) break;
      try {
        return await openWorkerLink({
          dial: this.#options.dial,
          to: member,
          worker: member.id,
          hello: request.hello,
          connectTimeoutMs: Math.min(connectTimeoutMs, leftMs),
          answerTimeoutMs: Math.min(answerTimeoutMs, leftMs),
          signal: request.signal,
          onStandby: request.onStandby,
        });
      } catch (error) {
        if (request.signal.aborted) throw publisherLeft();
        this.#passed(request, member.id, error);
        const holder = this.#holderOf(error);
        const isNews = holder !== undefined && !tried.has(holder.id);
        if (isNews && holder.id !== request.hello.movesFrom) candidates.unshift(holder);
      }
    }
    throw new RouteFailedError(
      'NO_WORKER',
      'No encoder can take the stream at the moment. Please try again.',
    );
  }

  #passed({ facts }: RouteRequest, worker: MemberId, error: unknown): void {
    const refused = error instanceof LinkRefusedError ? error : undefined;
    const reason = refused?.reason ?? (error instanceof Error ? error.message : String(error));
    this.#options.emit('ingest.worker.passed', { ...facts, worker, reason });
    if (refused?.reason === 'busy')
      throw new RouteFailedError('STREAM_BUSY', refused.message, { cause: error });
    if (refused?.reason === 'taken-down')
      throw new RouteFailedError('TAKEN_DOWN', refused.message, { cause: error });
  }

  #holderOf(error: unknown): FleetMember | undefined {
    if (!(error instanceof LinkRefusedError) || error.holder === undefined) return undefined;
    return this.#options.fleet.find(error.holder);
  }

  async #candidates({ hello, signal, avoid }: RouteRequest): Promise<FleetMember[]> {
    const lease = await this.#lease(hello.streamId);
    if (signal.aborted) throw publisherLeft();
    const moves = hello.replayFromMs !== undefined;
    const members = chooseWorker(hello.streamId, lease, this.#options.fleet, moves);
    return members
      .filter(({ id }) => id !== hello.movesFrom)
      .sort((a, b) => Number(a.id === avoid) - Number(b.id === avoid));
  }

  /** Without the control store the ranking stands alone; the workers know who holds what. */
  async #lease(streamId: StreamId): Promise<LeaseRecord | undefined> {
    try {
      return await this.#options.store.getLease(streamId);
    } catch {
      return undefined;
    }
  }
}

const publisherLeft = (): RouteFailedError => new RouteFailedError('PUBLISHER_LEFT', 'The publisher left.');

const isNoWorker = (cause: unknown): boolean =>
  cause instanceof RouteFailedError && cause.code === 'NO_WORKER';
