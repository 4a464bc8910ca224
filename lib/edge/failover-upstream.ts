import type { Clock } from '../net/clock.ts';
import type { EmitEvent } from '../telemetry/events.ts';
import { Breaker } from './breaker.ts';
import { ownAnswer } from './own-answer.ts';
import { UpstreamError } from './policy/errors.ts';
import { isFailover } from './policy/upstream/failover.ts';
import { isPartPath } from './policy/upstream/held.ts';
import type { Upstream, UpstreamAnswer, UpstreamRequest } from './ports.ts';

export interface FailoverOptions {
  /** Asked first. Its limits for heads are short (policy/upstream/). */
  readonly liveOrigin: Upstream;
  /** Asked for what the live origin has not, and for everything while it does not answer. */
  readonly store: Upstream;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly emit: EmitEvent;
}

/** The live origin, and behind it the object store: what CloudFront's origin group does. */
export class FailoverUpstream implements Upstream {
  readonly #options: FailoverOptions;
  readonly #breaker: Breaker;

  constructor(options: FailoverOptions) {
    this.#options = options;
    const { liveOrigin, clock, emit } = options;
    this.#breaker = new Breaker({
      clock,
      probe: async () => (await liveOrigin.get({ target: '/healthz' })).discard(),
      changed: (isOpen, cause) =>
        isOpen ? emit('edge.live-origin.lost', { cause }) : emit('edge.live-origin.back', {}),
    });
  }

  async get(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const first = this.#breaker.admits(request.held === true) ? await this.#first(request) : undefined;
    if (first !== undefined && !isFailover(first.status)) return first;
    first?.discard();
    const [path = ''] = request.target.split('?', 1);
    // Parts are in workers' memories only.
    if (isPartPath(path)) return ownAnswer(404);
    // The store blocks nobody: it has one version of a playlist.
    return this.#options.store.get({ target: path, ifNoneMatch: request.ifNoneMatch });
  }

  /** Undefined if there is no answer. */
  async #first(request: UpstreamRequest): Promise<UpstreamAnswer | undefined> {
    const flight = new AbortController();
    const ask = () => this.#options.liveOrigin.get({ ...request, signal: flight.signal });
    try {
      return await this.#breaker.run(flight, request.held === true, async () => {
        try {
          return await ask();
        } catch (fault) {
          // A keep-alive connection may have been closed under the request.
          if (flight.signal.aborted || !isUnreachable(fault)) throw fault;
          return await ask();
        }
      });
    } catch {
      return undefined;
    }
  }
}

const isUnreachable = (fault: unknown): boolean =>
  fault instanceof UpstreamError && fault.code === 'UPSTREAM_UNREACHABLE';
