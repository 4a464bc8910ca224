import type { MemberId, StreamId } from '../../lib/routing/ids.ts';
import { rankWorkers } from '../../lib/routing/rendezvous.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import { type CreatedStream, createStream } from '../../testkit/platform/streams.ts';

/** Creates a stream whose ranking starts with the first of these idle workers. */
export async function streamFor(platform: Platform, workers: readonly string[]): Promise<CreatedStream> {
  const members = workers.map((id) => ({
    id: id as MemberId,
    capacity: 4,
    load: 0,
    state: 'active' as const,
  }));
  for (;;) {
    const stream = await createStream(platform, { name: 'drill' });
    if (rankWorkers(stream.id as StreamId, members)[0] === workers[0]) return stream;
  }
}
