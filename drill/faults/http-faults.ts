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

/** What a server does to the requests that it gets. */
export type HttpFault =
  | { readonly kind: 'pass' }
  /** This share of them is answered with 503: half of these before they are carried out, half after, so that the answer is lost. */
  | { readonly kind: 'errors'; readonly share: number }
  /** Each of them is carried out so much later. */
  | { readonly kind: 'slow'; readonly ms: number };

/** A server of HTTP/1.1 on this machine that hands requests on to another one, with faults at will. */
export class HttpFaults implements AsyncDisposable {
  /** Where requests go, for example `http://127.0.0.1:8090`. To be set before the first one. */
  target = '';
  /** Requests that were answered with an error of ours, or late. */
  troubled = 0;
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  #fault: HttpFault = { kind: 'pass' };
  #random: number;

  private constructor(seed: number) {
    this.#random = seed;
    this.#server = createServer((asked, answer) => {
      void this.#handle(asked, answer).catch(() => answer.destroy());
    });
    // Longer than clients keep idle connections, so that it never closes one just as a request comes.
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

  /** From now on, for requests that come. */
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

  /** From 0 to 1, the same for each seed (Numerical Recipes' linear congruential generator). */
  #chance(): number {
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#random / 2 ** 32;
  }
}

function refuse(answer: ServerResponse): void {
  answer.writeHead(503, { 'content-type': 'text/plain', 'cache-control': 'no-store' });
  answer.end('The drill says no.');
}
