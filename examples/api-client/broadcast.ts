import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ApiClient, ApiError, type CreatedStream, demand, type Stream } from './client.ts';

const lookEveryMs = 1_000;

/** What a program does with its stream. */
export interface BroadcastSteps {
  readonly name: string;
  /** Given the stream with its key, which nobody is shown again. */
  publish(stream: CreatedStream): Promise<void> | void;
  /** Once viewers can watch. The broadcast ends when it returns. */
  watch(stream: Stream): Promise<void>;
}

/** A stream's whole life: created, published to, watched; and ended and deleted, whatever happens in between. */
export async function runBroadcast(api: ApiClient, { name, publish, watch }: BroadcastSteps): Promise<void> {
  // With a key of its own it can be sent again after a timeout: no second stream comes of it.
  const header = { 'idempotency-key': randomUUID() };
  const stream = await demand(api.POST('/v1/streams', { params: { header }, body: { name } }));
  try {
    await publish(stream);
    await watch(await untilState(api, stream.id, 'live'));
  } finally {
    await end(api, stream.id);
    const params = { path: { id: stream.id }, query: { recordings: 'delete' } } as const;
    await demand(api.DELETE('/v1/streams/{id}', { params }));
  }
}

/**
 * Asks for the stream until it is in this state, which works with every deployment. Those that can hold responses open also tell of
 * each event at once: `/v1/streams/{id}/events/live`.
 */
async function untilState(api: ApiClient, id: string, state: Stream['state']): Promise<Stream> {
  for (;;) {
    const stream = await demand(api.GET('/v1/streams/{id}', { params: { path: { id } } }));
    if (stream.state === state) return stream;
    await pause(lookEveryMs);
  }
}

async function end(api: ApiClient, id: string): Promise<void> {
  try {
    await demand(api.POST('/v1/streams/{id}/end', { params: { path: { id } } }));
  } catch (fault) {
    // Nobody has published, or the broadcaster has ended it already.
    if (fault instanceof ApiError && fault.kind === 'not-on-air') return;
    throw fault;
  }
  await untilState(api, id, 'ended');
}
