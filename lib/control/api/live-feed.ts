import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { StreamEventRecord } from '../../control-store/records.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { ApiContext } from './context.ts';
import { presentEvent } from './present/present.ts';
import { ApiProblem } from './problems.ts';

const firstEvents = 50;
const eventsAtOnce = 200;
const feedRoute = '/v1/streams/:id/events/live';
/** Polls without events between two comments, which show the client and any proxies that the feed is alive. */
const quietLooks = 15;

/**
 * Live feeds of stream events. They poll the store, because other processes write the events. The number of feeds and the
 * lifetime of each are bounded; if a client doesn't read, its feed waits without buffering anything.
 */
export function liveFeeds(context: ApiContext) {
  const { maxLiveFeeds = 200, livePollMs = 1_000, liveFeedMs = 900_000 } = context.config;
  let open = 0;

  return (c: Context, streamId: StreamId, after: number | undefined): Response => {
    if (maxLiveFeeds === 0) {
      const detail = 'This deployment can\'t hold responses open. Poll /events with "after" instead.';
      throw new ApiProblem('live-feed-not-offered', detail);
    }
    if (open >= maxLiveFeeds) {
      const detail = `At most ${maxLiveFeeds} live feeds can be open at once. Poll /events instead.`;
      throw new ApiProblem('too-many-listeners', detail);
    }
    if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
    open += 1;
    return streamSSE(c, async (stream) => {
      const over = new AbortController();
      const end = () => over.abort();
      stream.onAbort(end);
      const timer = setTimeout(end, liveFeedMs);
      try {
        // A write to a client that doesn't read never settles, so ending the feed must not wait for it.
        await Promise.race([
          aborted(over.signal),
          follow(context, stream, streamId, after, livePollMs, over.signal),
        ]);
      } finally {
        clearTimeout(timer);
        end();
        open -= 1;
      }
    });
  };
}

async function follow(
  { store, emit }: ApiContext,
  stream: SSEStreamingApi,
  streamId: StreamId,
  after: number | undefined,
  pollMs: number,
  over: AbortSignal,
): Promise<void> {
  // Write something immediately so that the client knows it is connected.
  await stream.write(': following\nretry: 2000\n\n');
  let last = after;
  let isUnread = false;
  for (let quiet = 0; !over.aborted; quiet++) {
    const page = last === undefined ? { limit: firstEvents } : { after: last, limit: eventsAtOnce };
    const events = await store.listEvents(streamId, page).catch((cause: unknown) => {
      // Once for each feed and outage: each looks every second.
      if (!isUnread) emit('control.store.unavailable', { method: 'GET', route: feedRoute, cause });
      isUnread = true;
      return undefined;
    });
    if (events === undefined) await stream.write(': the control store is unavailable\n\n');
    else {
      isUnread = false;
      last = await send(stream, events, last ?? 0, over);
    }
    if (events?.length) quiet = 0;
    if (quiet >= quietLooks) {
      quiet = 0;
      if (await isDeleted(store, streamId)) return stream.writeSSE({ event: 'gone', data: '{}' });
      await stream.write(': keep-alive\n\n');
    }
    await pause(pollMs, undefined, { signal: over }).catch(() => undefined);
  }
}

async function send(
  stream: SSEStreamingApi,
  events: readonly StreamEventRecord[],
  last: number,
  over: AbortSignal,
): Promise<number> {
  for (const event of events) {
    if (over.aborted) break;
    await stream.writeSSE({ id: String(event.sequence), data: JSON.stringify(presentEvent(event)) });
  }
  return events.at(-1)?.sequence ?? last;
}

const isDeleted = (store: ApiContext['store'], streamId: StreamId): Promise<boolean> =>
  store.getStream(streamId).then(
    (stream) => stream === undefined,
    () => false,
  );

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
