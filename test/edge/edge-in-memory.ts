import { EdgeCache, type EdgeCacheOptions } from '../../lib/edge/cache.ts';
import { EdgeAudience } from '../../lib/edge/edge-audience.ts';
import type { PlaybackCheck } from '../../lib/edge/playback-check.ts';
import type { EdgeResponse } from '../../lib/edge/ports.ts';
import { EdgeHandler } from '../../lib/edge/service.ts';
import type { BodyReader } from '../../lib/net/body-reader.ts';
import { ScriptedUpstream } from './scripted-upstream.ts';

/** A client that takes all it can get, when it can get it. */
export class TestClient {
  response: EdgeResponse | undefined;
  text = '';
  ended: 'end' | 'failed' | undefined;

  readonly reply = (response: EdgeResponse): void => {
    if (this.response) throw new Error('A second answer');
    this.response = response;
    if (response.body) this.#take(response.body);
    else this.ended = 'end';
  };

  get state(): string | undefined {
    return this.response?.headers['x-cache'];
  }

  get status(): number | undefined {
    return this.response?.status;
  }

  #take(body: BodyReader): void {
    let bytes = body.next(4);
    while (typeof bytes !== 'string') {
      this.text += Buffer.from(bytes).toString();
      bytes = body.next(4);
    }
    if (bytes === 'wait') {
      body.whenMore(() => this.#take(body));
    } else {
      this.ended = bytes;
      body.close();
    }
  }
}

/** A tier without sockets: its next tier, its clock and its clients are the test's. */
export function edgeInMemory(
  options: Partial<EdgeCacheOptions> = {},
  playback?: PlaybackCheck,
  clientToken?: string,
  audienceToken?: string,
) {
  const upstream = new ScriptedUpstream();
  const time = { nowMs: 1000 };
  const clock = { nowMs: () => time.nowMs, wallMs: () => Date.parse('2026-11-22T14:00:00.123Z') };
  const events: object[] = [];
  const compressed: string[] = [];
  const cache = new EdgeCache({
    upstream,
    clock,
    emit: (_name, fields) => events.push(fields),
    ...options,
  });
  const viewers = new EdgeAudience(clock);
  const handler = new EdgeHandler({
    tier: 'edge',
    cache,
    clock,
    playback,
    clientToken,
    audience: audienceToken === undefined ? undefined : { viewers, token: audienceToken },
    gzip: async (body) => {
      compressed.push(Buffer.from(body).toString());
      return Buffer.from('z');
    },
  });
  const ask = (
    target: string,
    headers: Record<string, string> = {},
    method = 'GET',
    address = '192.0.2.1',
  ) => {
    const client = new TestClient();
    handler.handle({ method, target, headers, address }, client.reply);
    return client;
  };
  return { upstream, time, viewers, cache, handler, events, compressed, ask };
}
