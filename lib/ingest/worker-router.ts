import type { FleetMember, LeaseRecord } from '../control-store/records.ts';
import type { Dial } from '../net/socket.ts';
import { refusals } from '../protocol/refusals.ts';
import type { GoneWorker, RelayHello, WorkerRun } from '../protocol/relay/hello.ts';
import { retry } from '../retry/retry.ts';
import type { MemberId, StreamId } from '../routing/ids.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { ClockDiffersError, LinkRefusedError, PublisherLeftError, RouteFailedError } from './errors.ts';
import type { HelloSigner } from './hello-signer.ts';
import type { FleetView } from './policy/fleet-view.ts';
import { isRefused, isReset } from './policy/gone-worker.ts';
import { routeTiming } from './policy/route-timing.ts';
import { routeRefusal, saidBy, type WorkerAnswer } from './policy/worker-answers.ts';
import { WorkerRound } from './policy/worker-round.ts';
import type { IngestStore } from './ports.ts';
import { openWorkerLink, type WorkerLink } from './worker-link.ts';

const { betweenRounds, whileEnding, connectTimeoutMs, answerTimeoutMs } = routeTiming;

/** A worker whose link broke. */
export interface LostWorker extends WorkerRun {
  /** It was silent until its lease expired, in this version. */
  readonly expired?: number;
}

export interface RouteRequest {
  readonly hello: RelayHello;
  /** A worker to try last: it read nothing of this stream for too long. */
  readonly avoid?: MemberId;
  /** The worker whose link broke just now, unless it was draining. */
  readonly lost?: LostWorker | undefined;
  /** On `performance.now()`'s clock. */
  readonly deadlineMs: number;
  /** Tries each worker once, however much time is left. */
  readonly once?: boolean;
  /** Raised when the publisher leaves. */
  readonly signal: AbortSignal;
  /** A worker has reserved room and waits for the lease of the worker that the hello names as `movesFrom`. */
  readonly onStandby?: () => void;
  readonly facts: { readonly session: string; readonly client: string; readonly stream: string };
}

export interface WorkerRouterOptions {
  readonly store: Pick<IngestStore, 'getLease'>;
  readonly fleet: FleetView;
  readonly dial: Dial;
  readonly signer: HelloSigner;
  readonly emit: EmitEvent;
}

/** Finds the worker for a stream: the holder of its lease, else by ranking; the worker's answer decides. */
export class WorkerRouter {
  readonly #options: WorkerRouterOptions;
  /** The last lease that was asked for couldn't be read. */
  #isUnread = false;

  constructor(options: WorkerRouterOptions) {
    this.#options = options;
  }

  /** Whether the heartbeats of `worker` continue, as far as we can see. */
  lives(worker: MemberId): boolean {
    return this.#options.fleet.find(worker) !== undefined;
  }

  /** Throws if the control store does not answer. */
  leaseOf(stream: StreamId): Promise<LeaseRecord | undefined> {
    return this.#options.store.getLease(stream);
  }

  /** Whether a stream that leaves `worker` has anywhere to go. */
  hasOther(worker: MemberId): boolean {
    return this.#options.fleet
      .living()
      .some(({ id, state, load, capacity }) => id !== worker && state === 'active' && load < capacity);
  }

  /** Tries the workers, in rounds unless `once`, until one accepts. Throws `RouteFailedError`, `PublisherLeftError`. */
  async open(request: RouteRequest): Promise<WorkerLink> {
    const { once = false, deadlineMs, signal } = request;
    const answers = new Map<MemberId, WorkerAnswer>();
    const again = (cause: unknown): boolean =>
      !once && cause instanceof RoundFailedError && performance.now() + betweenRounds.firstMs < deadlineMs;
    try {
      return await retry(() => this.#round(request, answers), betweenRounds, { again, signal });
    } catch (cause) {
      if (cause instanceof RouteFailedError) throw cause;
      if (signal.aborted) throw new PublisherLeftError();
      throw cause instanceof RoundFailedError ? new RouteFailedError(routeRefusal(answers)) : cause;
    }
  }

  /** One attempt with each candidate, and with the holder that one of them names. Collects `answers`. */
  async #round(request: RouteRequest, answers: Map<MemberId, WorkerAnswer>): Promise<WorkerLink> {
    const round = await this.#roundOf(request);
    let goneWorker = expiredOf(request.lost, round.lease);
    for (let member = round.next(); member; member = round.next()) {
      const leftMs = request.deadlineMs - performance.now();
      if (leftMs <= 0) break;
      try {
        const open = () => this.#openAt(member, request, leftMs, goneWorker);
        if (member.id !== request.lost?.worker) return await open();
        return await retry(open, whileEnding, { again: isReset, signal: request.signal });
      } catch (error) {
        if (request.signal.aborted) throw new PublisherLeftError();
        answers.set(member.id, this.#passed(request, member.id, error));
        goneWorker ??= goneOf(member, request.lost, round.lease, error);
        round.refused(error instanceof LinkRefusedError ? error.holder : undefined);
      }
    }
    throw new RoundFailedError('No worker accepted the stream in this round');
  }

  /** If the worker's clock is not ours, tries once more by its clock. */
  async #openAt(
    member: FleetMember,
    request: RouteRequest,
    leftMs: number,
    goneWorker: GoneWorker | undefined,
  ): Promise<WorkerLink> {
    const { dial, signer } = this.#options;
    const hello = { ...request.hello, ...(goneWorker && { goneWorker }) };
    const attempt = (): Promise<WorkerLink> =>
      openWorkerLink({
        dial,
        to: member,
        worker: member.id,
        hello: () => signer.sign(hello, member.id),
        connectTimeoutMs: Math.min(connectTimeoutMs, leftMs),
        answerTimeoutMs: Math.min(answerTimeoutMs, leftMs),
        signal: request.signal,
        onStandby: request.onStandby,
      });
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ClockDiffersError)) throw error;
      signer.setClock(member.id, error.nowMs);
      return await attempt();
    }
  }

  #passed({ facts }: RouteRequest, worker: MemberId, error: unknown): WorkerAnswer {
    const reason = error instanceof LinkRefusedError ? error.reason : undefined;
    const words = error instanceof Error ? error.message : String(error);
    const detail = reason === undefined ? {} : { detail: words };
    this.#options.emit('ingest.worker.passed', { ...facts, worker, reason: reason ?? words, ...detail });
    if (reason !== undefined && refusals[reason].worker === 'final')
      throw new RouteFailedError({ reason, detail: saidBy(worker, words) }, { cause: error });
    return { reason, words };
  }

  async #roundOf({ hello, signal, avoid }: RouteRequest): Promise<WorkerRound> {
    const { streamId, movesFrom } = hello;
    const lease = await this.#lease(streamId);
    if (signal.aborted) throw new PublisherLeftError();
    const moves = hello.replayFromMs !== undefined;
    return new WorkerRound({ streamId, lease, fleet: this.#options.fleet, moves, movesFrom, avoid });
  }

  /** Without the control store only the ranking is left; the workers know who holds what. */
  async #lease(streamId: StreamId): Promise<LeaseRecord | undefined> {
    const { store, emit } = this.#options;
    const operation = 'getLease';
    try {
      const lease = await store.getLease(streamId);
      if (this.#isUnread) emit('ingest.store.available', { operation });
      this.#isUnread = false;
      return lease;
    } catch (cause) {
      if (!this.#isUnread) emit('ingest.store.unavailable', { operation, cause });
      this.#isUnread = true;
      return undefined;
    }
  }
}

/**
 * The process that had the stream, if it is gone: its link broke, and its own host refuses another. Asked anew in each round, because it
 * may run again. A draining worker of the last release stopped listening while it still encoded.
 */
function goneOf(
  { id, state }: FleetMember,
  lost: LostWorker | undefined,
  lease: LeaseRecord | undefined,
  error: unknown,
): GoneWorker | undefined {
  if (id !== lost?.worker || state !== 'active' || !isRefused(error)) return undefined;
  if (lease?.workerId !== lost.worker || lease.epoch !== lost.epoch) return undefined;
  const { worker, epoch } = lost;
  return { worker, epoch, leaseVersion: lease.version };
}

/** The worker that had the stream, if its lease still has the version in which we saw it expire: nobody needs to wait for that again. */
function expiredOf(lost: LostWorker | undefined, lease: LeaseRecord | undefined): GoneWorker | undefined {
  if (lost?.expired === undefined || lease?.version !== lost.expired) return undefined;
  const { worker, epoch, expired: leaseVersion } = lost;
  if (lease.workerId !== worker || lease.epoch !== epoch || lease.released) return undefined;
  return { worker, epoch, leaseVersion };
}

/** For this file only: another round may succeed. */
class RoundFailedError extends Error {
  override readonly name = 'RoundFailedError';
  readonly code = 'ROUND_FAILED';
}
