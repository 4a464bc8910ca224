import type { Clock } from '../net/clock.ts';
import { isBearer } from '../protocol/http/bearer.ts';
import type { EdgeCache } from './cache.ts';
import type { EdgeAudience } from './edge-audience.ts';
import type { EdgeRequest, EdgeResponse } from './ports.ts';
import { textReply } from './text-reply.ts';

export interface OwnPagesOptions {
  readonly clock: Clock;
  readonly cache: EdgeCache;
  /** Counts viewers, and gives the counts to whoever has the token. @default nobody counts */
  readonly audience?: { readonly viewers: EdgeAudience; readonly token: string } | undefined;
  /** What was refused since startup: to anyone, and for want of a playback token. */
  readonly refusals: () => { readonly denied: number; readonly unsigned: number };
}

/** What a tier says of itself: the time, its health, its metrics, its viewers. */
export class OwnPages {
  readonly #options: OwnPagesOptions;

  constructor(options: OwnPagesOptions) {
    this.#options = options;
  }

  /** A page of ours, or 404. */
  answer({ method, headers }: EdgeRequest, target: string): EdgeResponse {
    switch (target.split('?', 1)[0]) {
      case '/time':
        return textReply(method, 200, new Date(this.#options.clock.wallMs()).toISOString());
      case '/healthz':
        return textReply(method, 200, '{"status":"ok"}', json);
      case '/_metrics':
        return textReply(method, 200, JSON.stringify(this.#metrics()), json);
      case '/_audience':
        return this.#audience(method, headers.authorization);
      default:
        return textReply(method, 404, 'Not found.');
    }
  }

  #audience(method: string, authorization: string | string[] | undefined): EdgeResponse {
    const { audience } = this.#options;
    if (audience === undefined) return textReply(method, 404, 'Not found.');
    if (typeof authorization !== 'string' || !isBearer(authorization, audience.token))
      return textReply(method, 401, 'Only the control program may ask who watches.');
    // A HEAD would take what it doesn't give.
    if (method !== 'GET') return textReply(method, 405, 'Only GET is supported.', { allow: 'GET' });
    return textReply(method, 200, JSON.stringify({ takes: audience.viewers.take() }), json);
  }

  #metrics(): object {
    const { counts, memory, fillsUnderWay, heldFills } = this.#options.cache;
    const { objects, usedBytes: cacheBytes, evictions, cutReaders } = memory;
    return {
      ...counts,
      ...this.#options.refusals(),
      fillsUnderWay,
      heldFills,
      objects,
      cacheBytes,
      evictions,
      cutReaders,
      ...this.#options.audience?.viewers.counts,
    };
  }
}

const json = { 'content-type': 'application/json' };
