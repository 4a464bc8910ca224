import { once } from 'node:events';
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { mulberry32 } from '../../testkit/mulberry32.ts';

/** What a server does to its requests. */
export type HttpFault =
  | { readonly kind: 'pass' }
  /**
   * Answers this share of requests with 503: half of these before executing them, half after, so that the response is lost.
   */
  | { readonly kind: 'errors'; readonly share: number }
  /** Delays each request by this much. */
  | { readonly kind: 'slow'; readonly ms: number };

/** An HTTP/1.1 server on this machine that forwards requests to another one, with faults on demand. */
export class HttpFaults implements AsyncDisposable {
  /** Where to forward requests, for example `http://127.0.0.1:8090`. Set it before the first request. */
  target = '';
  /** Requests that this proxy answered with an error or delayed. */
  troubled = 0;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  #fault: HttpFault = { kind: 'pass' };
  readonly #chance: () => number;

  private constructor(seed: number) {
    this.#chance = mulberry32(seed);
    this.#server = createServer((asked, answer) => {
      void this.#handle(asked, answer).catch(() => answer.destroy());
    });
    // Longer than clients keep idle connections, so that it never closes one just as a request arrives.
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(seed: number): Promise<HttpFaults> {
    const faults = new HttpFaults(seed);
    faults.#server.listen(0, '127.0.0.1');
    await once(faults.#server, 'listening');
    return faults;
  }

  get url(): `http://${string}` {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  /** Applies to requests from now on. */
  set(fault: HttpFault): void {
    this.#fault = fault;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
  }

  async #handle(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const fault = this.#fault;
    const pieces: Buffer[] = [];
    for await (const piece of asked) pieces.push(piece as Buffer);
    const isError = fault.kind === 'errors' && this.#chance() < fault.share;
    if (isError || fault.kind === 'slow') this.troubled++;
    if (isError && this.#chance() < 0.5) {
      refuse(answer);
      return;
    }
    if (fault.kind === 'slow') await sleep(fault.ms);
    const given = await this.#forward(asked, Buffer.concat(pieces));
    if (isError) {
      given.resume();
      refuse(answer);
      return;
    }
    answer.writeHead(given.statusCode ?? 502, given.headers);
    given.pipe(answer);
  }

  async #forward({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const sent = request(this.target + url, { agent: this.#agent, method, headers });
    sent.end(body);
    const [given] = (await once(sent, 'response')) as [IncomingMessage];
    return given;
  }
}

function refuse(answer: ServerResponse): void {
  answer.writeHead(503, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  answer.end('Injected by the drill.');
}
