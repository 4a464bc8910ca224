import { beforeEach, describe, expect, test } from '@jest/globals';
import { createProcessApi } from '../../../lib/control/api/processes.ts';
import type { LocalProcess, LocalProcesses } from '../../../lib/control/ports.ts';
import type { EmitEvent } from '../../../lib/telemetry/events.ts';
import { type Body, jsonSchemaOf } from './harness.ts';

const page = 'http://127.0.0.1:8440';

/** Two processes, one of them down; what is done to them is noted. */
class TwoProcesses implements LocalProcesses {
  readonly done: string[] = [];
  list(): LocalProcess[] {
    return [
      { role: 'encoder', name: 'encoder-1', pid: 42, state: 'up', restarts: 3 },
      { role: 'edge', name: 'edge', state: 'restarting', restarts: 1 },
    ];
  }
  kill = (name: string) => this.#do('kill', name);
  drain = (name: string) => this.#do('drain', name);
  #do(how: string, name: string): boolean {
    if (name !== 'encoder-1') return false;
    this.done.push(`${how} ${name}`);
    return true;
  }
}

let processes: TwoProcesses;
let api: ReturnType<typeof createProcessApi>;
let nowMs: number;
let log: string[];
beforeEach(() => {
  processes = new TwoProcesses();
  nowMs = 0;
  log = [];
  const emit: EmitEvent = (event, fields) => log.push(JSON.stringify({ event, ...(fields as object) }));
  api = createProcessApi({
    processes,
    clock: { nowMs: () => nowMs },
    config: { allowedHosts: ['127.0.0.1:8448'], allowedOrigins: [page] },
    emit,
  });
});

const stop = async (name: string, how: string, headers: Record<string, string> = {}) => {
  const answer = await api.request(`/v1/processes/${name}/stop`, {
    method: 'POST',
    headers: { host: '127.0.0.1:8448', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ how }),
  });
  const body: Body = await answer.json();
  return { status: answer.status, headers: answer.headers, body, type: body.type?.split(':').at(-1) };
};

describe('the processes of one machine', () => {
  test('are listed with what they do now and how often they were started again', async () => {
    const answer = await api.request('/v1/processes', { headers: { host: '127.0.0.1:8448', origin: page } });
    expect([answer.status, await answer.json()]).toEqual([200, { processes: processes.list() }]);
    expect(answer.headers.get('access-control-allow-origin')).toBe(page);
  });

  test('are killed or drained by name, and the log says that somebody asked for it', async () => {
    expect(await stop('encoder-1', 'kill', { origin: page })).toMatchObject({
      status: 202,
      body: { name: 'encoder-1', state: 'up', restarts: 3 },
    });
    expect((await stop('encoder-1', 'drain')).status).toBe(202);
    expect(processes.done).toEqual(['kill encoder-1', 'drain encoder-1']);
    expect(log[0]).toBe('{"event":"process.stop-asked","process":"encoder-1","how":"kill"}');
  });

  test.each(['encoder-9', '4242', 'constructor', '%2e%2e', 'encoder-1%00'])(
    'are not reached by a name that is not listed: %s',
    async (name) => {
      expect(await stop(name, 'kill')).toMatchObject({ status: 404 });
      expect(processes.done).toEqual([]);
    },
  );

  test('are told nothing while they are down', async () => {
    expect(await stop('edge', 'kill')).toMatchObject({ status: 409, type: 'process-not-up' });
  });

  test('take nothing else than kill and drain', async () => {
    for (const how of ['SIGSTOP', 'list', '', 'toString']) {
      expect([how, (await stop('encoder-1', how)).type]).toEqual([how, 'invalid-request']);
    }
    expect(processes.done).toEqual([]);
  });

  test('are ended at most 20 times in 10 s', async () => {
    for (let count = 0; count < 20; count++) expect((await stop('encoder-1', 'kill')).status).toBe(202);
    const refused = await stop('encoder-1', 'kill');
    expect(refused).toMatchObject({ status: 429, type: 'too-many-requests' });
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(processes.done).toHaveLength(20);
    nowMs = 10_000;
    expect((await stop('encoder-1', 'kill')).status).toBe(202);
  });
});

describe('a web page that is not ours', () => {
  test('kills nothing from its own origin, nor with a name that it rebinds', async () => {
    expect(await stop('encoder-1', 'kill', { origin: 'http://evil.example' })).toMatchObject({
      status: 403,
      type: 'origin-not-allowed',
    });
    expect(await stop('encoder-1', 'kill', { origin: 'null' })).toMatchObject({ status: 403 });
    expect(await stop('encoder-1', 'kill', { host: 'evil.example:8448' })).toMatchObject({
      status: 421,
      type: 'wrong-host',
    });
    expect(processes.done).toEqual([]);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'])(
    'kills nothing with a body that needs no preflight: %s',
    async (type) => {
      const { status } = await stop('encoder-1', 'kill', { 'content-type': type });
      expect(status).toBe(415);
      expect(processes.done).toEqual([]);
    },
  );

  test('kills nothing with no body at all', async () => {
    const answer = await api.request('/v1/processes/encoder-1/stop', {
      method: 'POST',
      headers: { host: '127.0.0.1:8448' },
    });
    expect([answer.status, processes.done]).toEqual([400, []]);
  });

  test('is not told beforehand that it may', async () => {
    const ask = async (origin: string) => {
      const headers = { host: '127.0.0.1:8448', origin, 'access-control-request-method': 'POST' };
      const answer = await api.request('/v1/processes/encoder-1/stop', { method: 'OPTIONS', headers });
      return [answer.status, answer.headers.get('access-control-allow-origin')];
    };
    expect(await ask('http://evil.example')).toEqual([403, null]);
    expect(await ask(page)).toEqual([204, page]);
  });
});

test('the document describes both routes, with examples that are valid by their schemas', async () => {
  const answer = await api.request('/v1/openapi.json', { headers: { host: '127.0.0.1:8448' } });
  const document: Body = await answer.json();
  expect(Object.keys(document.paths)).toEqual([
    '/v1/processes',
    '/v1/processes/{name}/stop',
    '/v1/openapi.json',
  ]);
  const { post } = document.paths['/v1/processes/{name}/stop'];
  for (const { content } of [post.requestBody, ...Object.values<{ content: object }>(post.responses)]) {
    for (const { schema, example } of Object.values<{ schema: object; example: object }>(content)) {
      jsonSchemaOf(document, schema).parse(example);
    }
  }
});
