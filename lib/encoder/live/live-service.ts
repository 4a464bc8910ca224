import { deliveryRuleFor } from '../../edge/policy/delivery.ts';
import { preciseMaxAgeHeader } from '../../edge/policy/freshness.ts';
import type { EdgeRequest, EdgeResponse, EdgeService } from '../../edge/ports.ts';
import { endsWithin } from '../../net/ends-within.ts';
import { SharedBodyReader } from '../../net/shared-body.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { LiveAnswer, LiveBroadcast } from './live-broadcast.ts';
import { liveLimits } from './policy/live-limits.ts';
import { type LiveRequest, parseLiveRequest } from './policy/live-request.ts';

/** The streams that this worker holds. */
export interface LiveStreams {
  /** `managed`: a channel encodes it, or no live origin is to read here, so there is nothing. A promise: it is being opened; resolves when that is over. */
  find(stream: StreamId): LiveBroadcast | 'managed' | Promise<unknown> | undefined;
}

export interface LiveServiceOptions {
  readonly region: string;
  readonly streams: LiveStreams;
  /** Whether it is one of our live origins that asks. */
  readonly admits: (headers: EdgeRequest['headers']) => boolean;
}

type Reply = (response: EdgeResponse) => void;

/**
 * A worker's media port, without its sockets: what is younger than the object store has, at the paths of object keys. Only live
 * origins read here (docs/low-latency.md).
 *
 *     200  from memory; chunked while it grows
 *     400  a blocking reload that is too far in the future
 *     404  known not to exist
 *     421  this worker doesn't hold the stream: look up who does
 *     503  not here; the object store may have it
 */
export class LiveService implements EdgeService {
  readonly #options: LiveServiceOptions;
  #waitingForOpening = 0;

  constructor(options: LiveServiceOptions) {
    this.#options = options;
  }

  handle(request: EdgeRequest, reply: Reply): void {
    const { method, target, headers } = request;
    if (!this.#options.admits(headers)) reply(failed(401));
    else if (method !== 'GET' && method !== 'HEAD') reply(failed(405));
    else {
      const asked = parseLiveRequest(target);
      if (!asked) reply(failed(404));
      else if (asked.region !== this.#options.region) reply(failed(503));
      else this.#ask(asked, target, (answer) => reply(responseOf(method, target, answer)));
    }
  }

  #ask(asked: LiveRequest, target: string, reply: (answer: LiveAnswer) => void): void {
    const found = this.#options.streams.find(asked.stream as StreamId);
    if (found === undefined) reply({ status: 421 });
    else if (found === 'managed') reply({ status: 503 });
    else if (!(found instanceof Promise)) found.answer(asked, target, reply);
    else if (this.#waitingForOpening >= liveLimits.waiting) reply({ status: 503 });
    else {
      this.#waitingForOpening++;
      void endsWithin(found, liveLimits.holdMs).then((isOpen) => {
        this.#waitingForOpening--;
        if (isOpen) this.#ask(asked, target, reply);
        else reply({ status: 503 });
      });
    }
  }
}

/** Of a playlist that is asked for without directives, by a player that begins: the older it is, the further behind the player stays. */
const firstPlaylistMs = 250;

function responseOf(method: string, target: string, answer: LiveAnswer): EdgeResponse {
  if ('status' in answer) return failed(answer.status);
  const { body, window } = answer;
  const mark = target.indexOf('?');
  const rule = deliveryRuleFor(mark === -1 ? target : target.slice(0, mark));
  if (!rule) return failed(404);
  const sizeBytes = window ? window.end - window.start : body.sizeBytes;
  const headers: Record<string, string> = {
    'content-type': rule.contentType,
    'cache-control': rule.cacheControl,
    ...(rule.kind === 'media-playlist' && mark === -1 && { [preciseMaxAgeHeader]: String(firstPlaylistMs) }),
    ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes) }),
  };
  if (method === 'HEAD') return { status: 200, headers };
  return { status: 200, headers, body: new SharedBodyReader(body, window ?? { start: 0 }) };
}

/** What is final may be cached for a second; what another worker or the object store may have, not at all. */
function failed(status: number): EdgeResponse {
  const cacheControl = status === 400 || status === 404 ? 'public, max-age=1' : 'no-store';
  return { status, headers: { 'cache-control': cacheControl, 'content-length': '0' } };
}
