import { UpstreamError } from '../../lib/edge/policy/errors.ts';
import type { Upstream, UpstreamAnswer, UpstreamRequest } from '../../lib/edge/ports.ts';

/** One request that reached the next tier, answered by the test step by step. */
export class UpstreamCall {
  readonly target: string;
  readonly ifNoneMatch: string | undefined;
  aborted = false;
  discarded = false;
  readonly answered: Promise<UpstreamAnswer>;
  #done: (answer: UpstreamAnswer) => void = () => {};
  #fail: (fault: unknown) => void = () => {};
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor({ target, ifNoneMatch, signal }: UpstreamRequest) {
    this.target = target;
    this.ifNoneMatch = ifNoneMatch;
    this.answered = new Promise((done, fail) => {
      this.#done = done;
      this.#fail = fail;
    });
    signal?.addEventListener('abort', () => {
      this.aborted = true;
      this.#fail(signal.reason);
    });
  }

  async head(status: number, headers: Record<string, string> = {}): Promise<void> {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
    });
    const discard = () => {
      this.discarded = true;
    };
    this.#done({ status, headers, body, discard });
    await settled();
  }

  async push(text: string): Promise<void> {
    this.#controller?.enqueue(Buffer.from(text));
    await settled();
  }

  async end(): Promise<void> {
    this.#controller?.close();
    await settled();
  }

  async breakOff(): Promise<void> {
    this.#controller?.error(new UpstreamError('UPSTREAM_BROKEN', 'The connection was reset'));
    await settled();
  }

  async refuse(code: 'UPSTREAM_UNREACHABLE' | 'UPSTREAM_TIMEOUT'): Promise<void> {
    this.#fail(new UpstreamError(code, 'No answer'));
    await settled();
  }

  /** A whole 200 with a declared length. */
  async give(text: string, headers: Record<string, string> = {}): Promise<void> {
    await this.head(200, {
      'content-length': String(Buffer.byteLength(text)),
      etag: `"${text}"`,
      ...headers,
    });
    await this.push(text);
    await this.end();
  }
}

/** A next tier that does what the test says. */
export class ScriptedUpstream implements Upstream {
  readonly calls: UpstreamCall[] = [];

  get(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const call = new UpstreamCall(request);
    this.calls.push(call);
    return call.answered;
  }

  get last(): UpstreamCall {
    const call = this.calls.at(-1);
    if (!call) throw new Error('The next tier was not asked');
    return call;
  }
}

/** Lets everything that is ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done));
}
