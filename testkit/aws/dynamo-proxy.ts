import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One request to DynamoDB as sent over the wire. */
export interface DynamoRequest {
  /** For example `PutItem`. */
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface DynamoAnswer {
  readonly status: number;
  /** Strings are sent verbatim, anything else as JSON. */
  readonly body: unknown;
}

/** `lost`: the connection breaks without a response. `unfinished`: the response begins but never completes. */
export type Outcome = DynamoAnswer | 'lost' | 'unfinished';

/** Decides the outcome of a request; `forward` lets DynamoDB execute it. */
export type Fate = (forward: () => Promise<DynamoAnswer>, request: DynamoRequest) => Promise<Outcome>;

/** Sits between the adapter and DynamoDB: records every request and applies the fates set by a test. */
export interface DynamoProxy {
  readonly endpoint: string;
  readonly requests: readonly DynamoRequest[];
  /** Applies one fate to each of the next requests of this operation; later ones pass through. */
  next(operation: string, ...fates: readonly Fate[]): void;
  /** Applies this fate to every request from now on. */
  always(fate: Fate): void;
  /** Stopping twice is not an error. */
  stop(): Promise<void>;
}

export const fault =
  (name: string, status = 400, more: object = {}): Fate =>
  async () => ({
    status,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: name, ...more },
  });
/** DynamoDB executes the request, but the response is lost. */
export const answerLost: Fate = async (forward) => {
  await forward();
  return 'lost';
};
/** No response ever arrives. */
export const silence: Fate = () => new Promise<never>(() => {});

/** Starts a proxy in front of the DynamoDB at `target`, an http URL. */
export async function startDynamoProxy(target: string): Promise<DynamoProxy> {
  const requests: DynamoRequest[] = [];
  const queued = new Map<string, Fate[]>();
  let standing: Fate = (forward) => forward();
  const server = createServer((incoming, outgoing) => {
    const handle = async () => {
      const bytes = await buffer(incoming);
      const operation = String(incoming.headers['x-amz-target']).replace(/^.*\./, '');
      const request = { operation, body: JSON.parse(bytes.toString()) };
      requests.push(request);
      const forward = async (): Promise<DynamoAnswer> => {
        const { method, headers } = incoming;
        const asked = send(target, { method, headers, agent: false }).end(bytes);
        const [answer] = await once(asked, 'response');
        return { status: answer.statusCode, body: JSON.parse((await buffer(answer)).toString()) };
      };
      const fate = queued.get(operation)?.shift() ?? standing;
      const answer = await fate(forward, request);
      if (answer === 'lost') {
        outgoing.destroy();
        return;
      }
      const type = { 'content-type': 'application/x-amz-json-1.0' };
      if (answer === 'unfinished') outgoing.writeHead(200, { ...type, 'content-length': 100 }).write('{"');
      else outgoing.writeHead(answer.status, type).end(textOf(answer.body));
    };
    handle().catch((cause) => outgoing.destroy(cause));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    next: (operation, ...fates) => void queued.set(operation, [...fates]),
    always(fate) {
      standing = fate;
    },
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));
