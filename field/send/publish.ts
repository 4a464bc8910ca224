import { setTimeout as sleep } from 'node:timers/promises';
import type { RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { RtmpClient } from '../../testkit/harness/rtmp-client.ts';
import type { CreatedStream } from '../../testkit/platform/streams.ts';
import type { Session } from './message.ts';

/** How the encoder fared. */
export interface Published {
  /** `performance.now()` of the first message and after the last. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What the server said when it refused or ended a session, with its time after the first message. */
  readonly refusal?: { readonly afterMs: number; readonly words: string };
}

const chunkStreams: Readonly<Record<number, number>> = { 8: 4, 9: 6 };

/** Plays an encoder's sessions one after another, each from its own time on. */
export async function publish(stream: CreatedStream, sessions: readonly Session[]): Promise<Published> {
  const open: RtmpClient[] = [];
  const startedAtMs = performance.now();
  let fromMs = startedAtMs;
  let refusal: Published['refusal'];
  try {
    for (const [index, session] of sessions.entries()) {
      await sleep(Math.max(0, startedAtMs + (session.startsAtMs ?? 0) - performance.now()));
      const client = connect(stream, session);
      open.push(client);
      await client.until(() => client.published || client.closed);
      if (index === 0) fromMs = performance.now();
      if (!client.published || !(await send(client, session))) {
        const words = client.statuses.at(-1)?.description ?? 'closed without a word';
        refusal = { afterMs: performance.now() - fromMs, words };
        break;
      }
    }
    return { fromMs, toMs: performance.now(), ...(refusal ? { refusal } : {}) };
  } finally {
    for (const client of open) client.socket.destroy();
  }
}

function connect(stream: CreatedStream, { chunkSize }: Session): RtmpClient {
  const { url, key } = stream.ingest.rtmp;
  return new RtmpClient({ port: Number(new URL(url).port), key, ...(chunkSize ? { chunkSize } : {}) });
}

/** Whether all could be sent. */
async function send(client: RtmpClient, session: Session): Promise<boolean> {
  const fromMs = performance.now();
  const { chunks = (message: RtmpMessage) => client.publisher.write(message) } = session;
  for (const { atMs, timestampMs, typeId, payload } of session.messages) {
    const waitMs = fromMs + atMs - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    if (client.closed) return false;
    const chunkStreamId = chunkStreams[typeId] ?? 5;
    client.socket.write(
      chunks({ chunkStreamId, timestampMs: timestampMs >>> 0, typeId, messageStreamId: 1, payload }),
    );
  }
  if (session.ends === 'silence') return true;
  if (session.ends === 'cut') {
    client.socket.resetAndDestroy();
    return true;
  }
  client.socket.end(client.publisher.unpublish());
  await client.until(() => client.closed);
  return true;
}
