import type { Clock } from '../../net/clock.ts';
import type { MemberId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { Breaker } from '../breaker.ts';
import { ownAnswer } from '../own-answer.ts';
import { heldTiming, isPartPath } from '../policy/upstream/held.ts';
import type {
  LiveOriginStore,
  MediaAddress,
  Upstream,
  UpstreamAnswer,
  UpstreamRequest,
  WorkerRequests,
} from '../ports.ts';
import { type MediaPlace, mediaPlaceOf } from './media-place.ts';
import { type Flight, isSameRoute, type StreamRoute } from './stream-route.ts';
import { StreamRoutes } from './stream-routes.ts';
import { WorkerAddresses } from './worker-addresses.ts';

export interface LiveUpstreamOptions {
  readonly store: LiveOriginStore;
  readonly requests: WorkerRequests;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly emit: EmitEvent;
}

/** Limit for the head of a response that a worker gives at once: with a second look at the lease, less than `firstChoiceHeadMs`. */
const headTimeoutMs = 600;
/** From one try to the next while a stream is between two workers. */
const againMs = 300;
/** Workers remembered. */
const maxWorkers = 1_024;

/** What a request is for, and how far it has come. */
interface Search {
  readonly place: MediaPlace;
  readonly request: UpstreamRequest;
  /** Waits for what comes next: it may wait for the next worker, too, rather than be told what the object store has. */
  readonly blocks: boolean;
  readonly deadlineMs: number;
}

/**
 * The workers, as one next tier: asks the one that has the stream. 503 means "not here; the object store may have it", which the tier in
 * front asks then. A request for what comes next is held while the stream moves from one worker to another.
 */
export class LiveUpstream implements Upstream {
  readonly #options: LiveUpstreamOptions;
  readonly #routes: StreamRoutes;
  readonly #addresses: WorkerAddresses;
  readonly #breakers = new Map<string, Breaker>();
  #isClosed = false;

  constructor(options: LiveUpstreamOptions) {
    this.#options = options;
    this.#routes = new StreamRoutes(options);
    this.#addresses = new WorkerAddresses(options);
  }

  close(): void {
    this.#isClosed = true;
    this.#routes.close();
  }

  async get(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const [path = ''] = request.target.split('?', 1);
    const place = mediaPlaceOf(path);
    if (place === 'nowhere') return ownAnswer(404);
    if (place === 'elsewhere') return ownAnswer(503);
    const held = request.held === true;
    const blocks = held && (path !== request.target || isPartPath(path));
    const deadlineMs = this.#now() + (held ? heldTiming.liveOriginMs : headTimeoutMs);
    const search = { place, request, blocks, deadlineMs };
    const route = await this.#find(search);
    const answer = route && (await this.#ask(search, route));
    if (answer) return answer;
    const another = blocks ? await this.#wait(search, route) : route && (await this.#again(search, route));
    return another ?? ownAnswer(503);
  }

  /** The stream's worker; undefined if it has none, or works on another broadcast. */
  async #find({ place }: Search): Promise<StreamRoute | undefined> {
    const { stream, broadcast } = place;
    let route = await this.#routes.find(stream);
    // Ids sort by time: a newer broadcast than the one that we know of.
    if (broadcast !== undefined && route !== undefined && broadcast > route.broadcastId)
      route = await this.#routes.findAgain(stream);
    return broadcast === undefined || broadcast === route?.broadcastId ? route : undefined;
  }

  /** The worker has not answered: is it another one's turn? */
  async #again(search: Search, route: StreamRoute): Promise<UpstreamAnswer | undefined> {
    await this.#routes.findAgain(search.place.stream);
    const next = await this.#find(search);
    return next === undefined || isSameRoute(next, route) ? undefined : this.#ask(search, next);
  }

  /** The same for as long as a takeover takes. */
  async #wait(search: Search, lost: StreamRoute | undefined): Promise<UpstreamAnswer | undefined> {
    const { stream } = search.place;
    const endMs = Math.min(search.deadlineMs, this.#now() + heldTiming.takeoverMs);
    let route = lost;
    while (this.#now() < endMs && !this.#isClosed) {
      if (route === undefined && !this.#routes.isMoving(stream)) return undefined;
      await this.#routes.changed(stream, route, againMs);
      await this.#routes.findAgain(stream);
      route = await this.#find(search);
      const answer = route && (await this.#ask(search, route));
      // A worker that has just taken over says so until it has something to show.
      if (answer !== undefined && answer.status !== 503) return answer;
      answer?.discard();
    }
    return undefined;
  }

  /** Undefined if this worker has no answer to give. */
  async #ask(search: Search, route: StreamRoute): Promise<UpstreamAnswer | undefined> {
    const { request, place, deadlineMs } = search;
    const held = request.held === true;
    const worker = await this.#addresses.find(route.worker);
    const breaker = worker && this.#breakerOf(worker);
    if (!worker || !breaker?.admits(held)) return undefined;
    const flight: Flight = { controller: new AbortController(), route, isBody: false };
    const { signal } = flight.controller;
    const arrived = this.#routes.depart(place.stream, flight);
    const leftMs = held ? deadlineMs - this.#now() : headTimeoutMs;
    try {
      const answer = await breaker.run(flight.controller, held, () =>
        this.#options.requests.get(worker, { ...request, signal, headTimeoutMs: leftMs }),
      );
      if (answer.status === 421 || answer.status === 401) {
        answer.discard();
        arrived();
        return undefined;
      }
      flight.isBody = true;
      return until(answer, arrived);
    } catch {
      arrived();
      this.#addresses.doubt();
      return undefined;
    }
  }

  #breakerOf(worker: MediaAddress): Breaker {
    const { id, host, mediaPort } = worker;
    const at = `${id} ${host} ${mediaPort}`;
    const known = this.#breakers.get(at);
    if (known !== undefined) return known;
    if (this.#breakers.size >= maxWorkers) this.#breakers.clear();
    const { requests, clock, emit } = this.#options;
    const breaker = new Breaker({
      clock,
      probe: async () => (await requests.get(worker, { target: '/healthz', headTimeoutMs })).discard(),
      changed: (isOpen, cause) => {
        const about: { worker: MemberId } = { worker: id };
        if (isOpen) emit('edge.worker.lost', { ...about, cause });
        else emit('edge.worker.back', about);
      },
    });
    this.#breakers.set(at, breaker);
    return breaker;
  }

  #now(): number {
    return this.#options.clock.nowMs();
  }
}

/** The answer, with `over` called once its body has come to an end. */
function until(answer: UpstreamAnswer, over: () => void): UpstreamAnswer {
  return {
    ...answer,
    body: watched(answer.body, over),
    discard() {
      answer.discard();
      over();
    },
  };
}

async function* watched(body: AsyncIterable<Uint8Array>, over: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    over();
  }
}
