import { UpstreamError } from '../../lib/edge/policy/errors.ts';
import type {
  EdgeResponse,
  EdgeService,
  Upstream,
  UpstreamAnswer,
  UpstreamRequest,
} from '../../lib/edge/ports.ts';
import type { BodyReader } from '../../lib/net/body-reader.ts';
import type { Timeline } from '../world/timeline.ts';

export interface HopOptions<Request extends UpstreamRequest> {
  readonly timeline: Timeline;
  /** There and back. */
  readonly ms: number;
  /** Who answers there; `refused` if no process listens, `silent` if nothing comes back. */
  readonly to: (request: Request) => EdgeService | 'refused' | 'silent';
  /** Called with each request that leaves. */
  readonly sent: (request: Request) => void;
  /** Limit for the head of a response. */
  readonly headMs: (request: Request) => number;
}

const mostBytes = 64 * 1024;

/** The way from one tier to the next: what a network and an HTTP client do with a request. */
export class Hop<Request extends UpstreamRequest = UpstreamRequest> implements Upstream {
  readonly #options: HopOptions<Request>;
  readonly #underWay = new Set<(fault: UpstreamError) => void>();

  constructor(options: HopOptions<Request>) {
    this.#options = options;
  }

  async get(request: Request): Promise<UpstreamAnswer> {
    const { timeline, ms, to, sent, headMs } = this.#options;
    const { signal, target } = request;
    signal?.throwIfAborted();
    sent(request);
    const service = to(request);
    if (service === 'refused') {
      await timeline.sleep(ms);
      throw unreachable();
    }
    const limitMs = headMs(request);
    const { promise, resolve, reject } = Promise.withResolvers<EdgeResponse>();
    timeline.after(limitMs, () =>
      reject(new UpstreamError('UPSTREAM_TIMEOUT', `No answer within ${limitMs} ms`)),
    );
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    this.#underWay.add(reject);
    if (service !== 'silent')
      timeline.after(ms / 2, () =>
        service.handle({ method: 'GET', target, headers: {}, address: '192.0.2.1' }, (response) =>
          timeline.after(ms / 2, () => resolve(response)),
        ),
      );
    try {
      return answerOf(await promise, signal);
    } finally {
      this.#underWay.delete(reject);
    }
  }

  /** The process there ends: what has no answer gets none. */
  cut(): void {
    for (const reject of [...this.#underWay]) reject(unreachable());
  }
}

const unreachable = (): UpstreamError => new UpstreamError('UPSTREAM_UNREACHABLE', 'Nothing listens');

function answerOf({ status, headers, body }: EdgeResponse, signal: AbortSignal | undefined): UpstreamAnswer {
  return {
    status,
    headers,
    body: body ? bytesOf(body, signal) : nothing(),
    discard: () => body?.close(),
  };
}

/** Throws if the body fails, or if `signal` is raised first. */
export async function* bytesOf(reader: BodyReader, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      signal?.throwIfAborted();
      const bytes = reader.next(mostBytes);
      if (bytes === 'end') return;
      if (bytes === 'failed') throw new UpstreamError('UPSTREAM_BROKEN', 'The body ended early');
      if (bytes === 'wait') await more(reader, signal);
      else yield bytes;
    }
  } finally {
    reader.close();
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

const more = (reader: BodyReader, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    reader.whenMore(resolve);
    signal?.addEventListener('abort', () => resolve(), { once: true });
  });
