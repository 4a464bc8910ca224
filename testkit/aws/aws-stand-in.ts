import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsModel, type Operation, type Shape, shapeFaults } from './aws-model.ts';
import { type WireFormat, wires } from './aws-wire.ts';

/** A request that reached the stand-in, in the SDK's terms. */
export interface AwsCall {
  /** For example `CreateChannel`. */
  readonly operation: string;
  /** The command's input. */
  // biome-ignore lint/suspicious/noExplicitAny: whatever the operation takes; the stand-in has checked it.
  readonly input: any;
  readonly headers: IncomingMessage['headers'];
}

/** A response with one of the service's errors. The status comes from the model if it knows the error. */
export class AwsFault {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;

  constructor(name: string, { message = name, status }: { message?: string; status?: number } = {}) {
    this.name = name;
    this.message = message;
    this.status = status;
  }
}

/** A script's response to a call: the operation's output, a fault, or `'hang'` for no response ever. */
export type AwsAnswer = object | AwsFault | 'hang';

export interface AwsStandInOptions {
  /** `import * as client from '@aws-sdk/client-…'` */
  readonly client: object;
  readonly format: WireFormat;
  readonly answer: (call: AwsCall) => AwsAnswer | Promise<AwsAnswer>;
}

export interface AwsStandIn {
  /** Settings for SDK clients. */
  readonly settings: {
    readonly endpoint: string;
    readonly region: string;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  };
  /** Resolves every host name to the stand-in, for clients that prefix the host name. */
  readonly agent: Agent;
  /** The well-formed calls, in order. */
  readonly calls: readonly AwsCall[];
  /** Throws if any request, or any of the script's responses, was invalid. */
  stop(): Promise<void>;
}

/**
 * An AWS service on loopback that follows a script. It accepts only requests that match the SDK's model: method and path belong
 * to an operation, all required members are present, none are unknown, and all have the right type. Otherwise it responds with
 * 400 and `stop` throws. The script's responses are checked against the model too.
 */
export async function startAwsStandIn({ client, format, answer }: AwsStandInOptions): Promise<AwsStandIn> {
  const model = new AwsModel(client);
  const wire = wires[format];
  const calls: AwsCall[] = [];
  const wrong: string[] = [];

  const server = createServer((request, response) => {
    serve(request, response).catch((fault: unknown) => {
      wrong.push(String(fault));
      response.writeHead(500).end();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const target = String(request.headers['x-amz-target'] ?? '');
    const found = target === '' ? model.match(request.method ?? '', url.pathname) : named(target);
    if (!found)
      return refuse(`${request.method} ${url.pathname}${target && ` ${target}`} is not an operation`);
    const { operation, labels } = found;
    const input = readInput(operation, labels, url, request, body);
    const faults = shapeFaults(operation.input, input, operation.name);
    if (request.headers.authorization === undefined) faults.push(`${operation.name} is not signed`);
    if (faults.length > 0) return refuse(faults.join('; '));
    const call = { operation: operation.name, input, headers: request.headers };
    calls.push(call);
    const said = await answer(call);
    if (said === 'hang') return;
    if (said instanceof AwsFault) {
      const status = said.status ?? model.errorStatus(said.name) ?? 400;
      const { headers, body } = wire.fault(said.name, said.message);
      response.writeHead(status, { 'content-type': wire.contentType, ...headers }).end(body);
      return;
    }
    const invalid = shapeFaults(operation.output, said, `the response of ${operation.name}`);
    if (invalid.length > 0) throw new Error(invalid.join('; '));
    writeOutput(operation, said as Record<string, unknown>, response);

    function refuse(why: string): void {
      wrong.push(why);
      const { headers, body } = wire.fault('ValidationException', why);
      response.writeHead(400, { 'content-type': wire.contentType, ...headers }).end(body);
    }
  }

  /** JSON RPC: `Service_Version.Operation`. */
  function named(target: string) {
    const operation = model.operation(target.split('.').at(-1) ?? '');
    return operation && { operation, labels: {} };
  }

  function readInput(
    { input }: Operation,
    labels: Readonly<Record<string, string>>,
    url: URL,
    { headers }: IncomingMessage,
    body: Buffer,
  ): Record<string, unknown> {
    const read: Record<string, unknown> = {};
    const inBody: [string, Shape][] = [];
    for (const [name, shape] of input.members()) {
      const { httpLabel, httpHeader, httpQuery, httpPayload } = shape.traits;
      const text =
        httpLabel !== undefined
          ? labels[name]
          : httpHeader !== undefined
            ? String(headers[String(httpHeader).toLowerCase()] ?? '') || undefined
            : httpQuery !== undefined
              ? (url.searchParams.get(String(httpQuery)) ?? undefined)
              : undefined;
      if (text !== undefined) read[name] = fromText(shape, text);
      else if (httpPayload !== undefined) {
        if (body.length > 0) read[name] = shape.kind === 'blob' ? body : wire.read(shape, body);
      } else if (!httpLabel && !httpHeader && !httpQuery) inBody.push([name, shape]);
    }
    if (inBody.length === 0 || body.length === 0) return read;
    return { ...(wire.read({ ...input, members: () => new Map(inBody) }, body) as object), ...read };
  }

  function writeOutput(
    { name, output, status }: Operation,
    said: Readonly<Record<string, unknown>>,
    response: ServerResponse,
  ): void {
    const headers: Record<string, string> = { 'content-type': wire.contentType };
    const inBody: Record<string, unknown> = {};
    let payload: string | Uint8Array | undefined;
    let code = status;
    for (const [member, shape] of output.members()) {
      const value = said[member];
      if (value === undefined) continue;
      if (shape.traits.httpHeader !== undefined) headers[String(shape.traits.httpHeader)] = String(value);
      else if (shape.traits.httpResponseCode) code = Number(value);
      else if (shape.traits.httpPayload) {
        payload = value instanceof Uint8Array ? value : wire.write(shape, value, member);
      } else inBody[member] = value;
    }
    response.writeHead(code, headers).end(payload ?? wire.write(output, inBody, `${name}Result`));
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({
    keepAlive: true,
    lookup: (_host, options, done) => {
      if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    },
  });
  return {
    settings: {
      endpoint: `http://127.0.0.1:${port}`,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'stand-in', secretAccessKey: 'stand-in' },
    },
    agent,
    calls,
    async stop() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      if (wrong.length > 0)
        throw new Error(
          `The stand-in received requests, or was given responses, that AWS does not have:\n${wrong.join('\n')}`,
        );
    },
  };
}

function fromText({ kind }: Shape, text: string): unknown {
  if (kind === 'number') return Number(text);
  if (kind === 'boolean') return text === 'true';
  return kind === 'time' ? new Date(text) : text;
}
