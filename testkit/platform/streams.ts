import { registerSecret } from '../secret-watch/secret-kinds.ts';
import type { Ready } from './platform.ts';

/** A running platform, identified by the URL of its API. */
export interface ReachablePlatform {
  readonly ready: Pick<Ready, 'api'>;
}

export interface CreatedStream {
  readonly id: string;
  readonly state: string;
  readonly ingest: {
    readonly rtmp: { url: string; key: string };
    readonly rtmps: { url: string; key: string };
  };
  readonly playback: { readonly dash: string; readonly hls: string; readonly page: string };
}

export interface StreamAnswer {
  readonly id: string;
  readonly state: string;
  readonly broadcast?: {
    readonly id: string;
    readonly state: string;
    readonly workerId: string;
    readonly proxyId?: string;
    readonly input?: {
      videoCodec: string;
      width: number;
      height: number;
      frameRate: number;
      bitrateBps: number;
    };
    readonly renditions: readonly { id: string; width?: number; height?: number }[];
  };
}

export async function createStream(platform: ReachablePlatform, settings: object): Promise<CreatedStream> {
  const answer = await fetch(`${platform.ready.api}/v1/streams`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(settings),
  });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  const stream = (await answer.json()) as CreatedStream;
  // Whole keys are known by their form; this is for the half that is secret.
  registerSecret("stream key's secret", stream.ingest.rtmp.key.slice(stream.id.length + 1));
  return stream;
}

export async function getStream(platform: ReachablePlatform, id: string): Promise<StreamAnswer> {
  const answer = await fetch(`${platform.ready.api}/v1/streams/${id}`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as StreamAnswer;
}

/** The first entry of one of these types in the stream's journal, past or future, read over SSE like the console does. */
export async function streamEvent(
  platform: ReachablePlatform,
  id: string,
  ...types: string[]
): Promise<{ type: string; text: string; data: Record<string, unknown> }> {
  const stop = new AbortController();
  const answer = await fetch(`${platform.ready.api}/v1/streams/${id}/events/live`, { signal: stop.signal });
  if (!answer.body) throw new Error(`${answer.status}`);
  let text = '';
  try {
    for await (const bytes of answer.body.pipeThrough(new TextDecoderStream())) {
      text += bytes;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: ?(.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data === undefined || data === '') continue;
        const event = JSON.parse(data);
        if (types.includes(event.type)) return event;
      }
    }
  } finally {
    stop.abort();
  }
  throw new Error(`The event stream ended before ${types.join(' or ')}`);
}
