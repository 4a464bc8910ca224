import type { Clock } from '../../net/clock.ts';
import { isPartPath } from '../policy/upstream/held.ts';
import type { EdgeRequest, EdgeResponse, EdgeService } from '../ports.ts';

export interface LiveLoad {
  readonly requests: number;
  readonly fallbackPercent?: number;
  readonly heldMs?: number;
}

/** The most waits that are kept between two lines; of more, each further one takes the place of an older one. */
const mostWaits = 10_000;

/**
 * Measures how well a live origin serves the live edge: requests that only a player of a stream on air makes (blocked reloads and parts). Those
 * for old segments, which belong to the store, would hide the others.
 */
export class LiveMeter implements EdgeService {
  readonly #service: EdgeService;
  readonly #clock: Pick<Clock, 'nowMs'>;
  #requests = 0;
  #fallbacks = 0;
  #waitsMs: number[] = [];

  constructor(service: EdgeService, clock: Pick<Clock, 'nowMs'>) {
    this.#service = service;
    this.#clock = clock;
  }

  handle(request: EdgeRequest, reply: (response: EdgeResponse) => void): void {
    const [path = '', query = ''] = request.target.split('?');
    if (!isPartPath(path) && !query.includes('_HLS_msn=')) {
      this.#service.handle(request, reply);
      return;
    }
    const fromMs = this.#clock.nowMs();
    this.#service.handle(request, (response) => {
      if (response.status >= 500) this.#fallbacks += 1;
      else this.#waitsMs[this.#requests % mostWaits] = this.#clock.nowMs() - fromMs;
      this.#requests += 1;
      reply(response);
    });
  }

  /** Since the last call. */
  take(): LiveLoad {
    const [requests, fallbacks] = [this.#requests, this.#fallbacks];
    const waits = this.#waitsMs.filter((ms) => ms !== undefined).sort((a, b) => a - b);
    this.#requests = 0;
    this.#fallbacks = 0;
    this.#waitsMs = [];
    const heldMs = waits[Math.ceil(waits.length * 0.95) - 1];
    return {
      requests,
      ...(requests > 0 && { fallbackPercent: (100 * fallbacks) / requests }),
      ...(heldMs !== undefined && { heldMs: Math.round(heldMs) }),
    };
  }
}
