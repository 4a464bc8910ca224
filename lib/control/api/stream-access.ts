import { isConditionFailed } from '../../control-store/errors.ts';
import type { StreamEventRecord, StreamRecord } from '../../control-store/records.ts';
import { rewrite } from '../../retry/rewrite.ts';
import { isStreamId } from '../../routing/ids.ts';
import { streamState } from '../policy/stream-state.ts';
import type { ApiContext } from './context.ts';
import type { ObservedStream } from './present.ts';
import type { StreamDocuments } from './present-documents.ts';
import { ApiProblem } from './problems.ts';

/** The stream with this id; a problem where there is none. A malformed id never reaches the store. */
export async function loadStream({ store }: ApiContext, id: string): Promise<StreamRecord> {
  const stream = isStreamId(id) ? await store.getStream(id) : undefined;
  if (!stream) throw new ApiProblem('stream-not-found', `No stream has the id "${id.slice(0, 64)}".`);
  return stream;
}

/** The stream with its newest broadcast and what the lease says of them. */
export async function observeStream(context: ApiContext, stream: StreamRecord): Promise<ObservedStream> {
  const { store, clock, leases } = context;
  // The broadcast before the lease: a lease of a broadcast that was not there yet reads as "starting", never as "ended".
  const record = await store.latestBroadcast(stream.id);
  const lease = await store.getLease(stream.id);
  const sighting = lease && {
    lease,
    unchangedForMs: leases.unchangedForMs(stream.id, lease.version, clock.nowMs()),
  };
  const states = streamState(record, sighting, stream.reconnectWindowMs);
  return {
    stream,
    state: states.stream,
    ...(record && states.broadcast && { broadcast: { record, state: states.broadcast } }),
  };
}

/** The same with the documents that stand beside it: for one stream, not for many. */
export async function observeWithDocuments(
  context: ApiContext,
  stream: StreamRecord,
): Promise<ObservedStream & { readonly documents: StreamDocuments }> {
  const { store } = context;
  const [sight, takedown, channel, pushes] = await Promise.all([
    observeStream(context, stream),
    store.getDocument(stream.id, 'takedown'),
    store.getDocument(stream.id, 'channel'),
    store.getDocument(stream.id, 'pushes'),
  ]);
  return { ...sight, documents: { takedown, channel, pushes } };
}

/**
 * Reads, changes and writes a stream. A write that another overtook is done over on what the other wrote, unless the
 * caller named a version (`ifMatch`, an entity tag): then that version it must be.
 */
export function changeStream(
  context: ApiContext,
  id: string,
  change: (stream: StreamRecord) => StreamRecord,
  ifMatch?: string,
): Promise<StreamRecord> {
  return rewrite(async () => {
    const stream = await loadStream(context, id);
    if (ifMatch !== undefined && !matches(ifMatch, stream)) {
      const detail = `It is at version ${entityTag(stream)} now; If-Match asked for ${ifMatch.slice(0, 64)}.`;
      throw new ApiProblem('version-mismatch', detail);
    }
    return context.store.updateStream(change(stream));
  }, isConditionFailed);
}

/** Strong, of the settings: the state of a broadcast is not part of it. */
export const entityTag = (stream: StreamRecord): string => `"${stream.version}"`;

const matches = (ifMatch: string, stream: StreamRecord): boolean =>
  ifMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim() === entityTag(stream));

/** Adds a line to the stream's journal. What it tells has happened already, so a store that fails here fails nothing. */
export async function tell(context: ApiContext, event: Omit<StreamEventRecord, 'sequence'>): Promise<void> {
  try {
    await context.store.appendEvent(event);
  } catch (cause) {
    context.emit('control.stream-event.lost', { streamId: event.streamId, type: event.type, cause });
  }
}
