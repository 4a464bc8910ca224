import { isConditionFailed } from '../../control-store/errors.ts';
import type { StreamEventRecord, StreamRecord } from '../../control-store/records.ts';
import { rewrite } from '../../retry/rewrite.ts';
import { isStreamId } from '../../routing/ids.ts';
import { type Caller, isRestricted } from '../policy/access.ts';
import { isOnAir, type StreamState, streamState } from '../policy/stream-state.ts';
import type { ApiContext } from './context.ts';
import type { ObservedStream } from './present/present.ts';
import type { StreamDocuments } from './present/present-documents.ts';
import { ApiProblem } from './problems.ts';

/** Loads a stream; throws `stream-not-found` if there is none. A malformed ID never reaches the store. */
export async function loadStream({ store }: ApiContext, id: string): Promise<StreamRecord> {
  const stream = isStreamId(id) ? await store.getStream(id) : undefined;
  if (!stream) throw new ApiProblem('stream-not-found', `No stream has the ID "${id.slice(0, 64)}".`);
  return stream;
}

/** The stream with its newest broadcast and the states derived from its lease. */
export async function observeStream(context: ApiContext, stream: StreamRecord): Promise<ObservedStream> {
  const { store, clock, leases } = context;
  // Read the broadcast before the lease: a lease on a broadcast not yet written then reads "starting", never "ended".
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

/** The same with the stream's documents; for a single stream, not for lists. */
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

const minuteMs = 60_000;

/** Enforces the limits of a caller that may touch only its own streams. Throws the problem. */
export async function demandRoom({ store, clock, config }: ApiContext, caller: Caller): Promise<void> {
  const { callerLimits: limits } = config;
  if (!limits || !isRestricted(caller) || caller.owner === undefined) return;
  const { owner } = caller;
  // By the wall clock, so that all programs that answer the caller count the same minutes.
  const nowMs = clock.wallMs();
  const window = Math.floor(nowMs / minuteMs);
  if (!(await store.countUse({ subject: `create/${owner}`, window, most: limits.createsPerMinute }))) {
    const detail = `At most ${limits.createsPerMinute} streams can be created a minute.`;
    const waitSeconds = Math.ceil(((window + 1) * minuteMs - nowMs) / 1_000);
    throw new ApiProblem('too-many-requests', detail, [], undefined, waitSeconds);
  }
  const { streams } = await store.listStreams({ owner, limit: limits.streamsPerOwner });
  if (streams.length < limits.streamsPerOwner) return;
  const detail = `An owner can have at most ${limits.streamsPerOwner} streams. Delete one first.`;
  throw new ApiProblem('too-many-streams', detail, [], undefined, minuteMs / 1_000);
}

/** The owner of a stream that this caller creates or changes. Throws if it asks for another owner than its own. */
export function ownerFor(caller: Caller, wanted: string | undefined): string | undefined {
  if (!isRestricted(caller)) return wanted;
  if (wanted === undefined || wanted === caller.owner) return caller.owner;
  throw new ApiProblem('insufficient-scope', 'Only the scope platform may name another owner.');
}

/** What is on air or under review isn't deleted. Throws the problem. */
export function demandDeletable(
  stream: StreamRecord,
  state: StreamState,
  { channel, takedown }: StreamDocuments,
): void {
  if (isOnAir(state)) {
    const detail = `The stream is ${state}. End its broadcast first (POST /v1/streams/${stream.id}/end).`;
    throw new ApiProblem('stream-on-air', detail);
  }
  if (channel?.open) {
    const detail =
      'Its MediaLive channel has not been deleted yet and would keep running. Try again in a minute or two.';
    throw new ApiProblem('stream-on-air', detail);
  }
  if (stream.takenDown || takedown?.open) {
    const detail = `Streams that were taken down are kept for review. Restore it first (POST /v1/streams/${stream.id}/restore).`;
    throw new ApiProblem('stream-taken-down', detail);
  }
}

/**
 * Reads, changes and writes a stream. After a conflicting write it repeats the change on the new record. If the caller
 * names a version (`ifMatch`, entity tags), any other version is a `version-mismatch`.
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
      const detail = `The stream is now at version ${entityTag(stream)}, but If-Match requires ${ifMatch.slice(0, 64)}.`;
      throw new ApiProblem('version-mismatch', detail);
    }
    return context.store.updateStream(change(stream));
  }, isConditionFailed);
}

/** Strong entity tag of the settings; a broadcast's state isn't part of it. */
export const entityTag = (stream: StreamRecord): string => `"${stream.version}"`;

const matches = (ifMatch: string, stream: StreamRecord): boolean =>
  ifMatch.split(',').some((tag) => tag.trim() === '*' || tag.trim() === entityTag(stream));

/** Appends an event to the stream's journal. The change has already been made, so a failure here is only logged. */
export async function recordEvent(
  context: ApiContext,
  event: Omit<StreamEventRecord, 'sequence'>,
): Promise<void> {
  try {
    await context.store.appendEvent(event);
  } catch (cause) {
    context.emit('control.stream-event.lost', { streamId: event.streamId, type: event.type, cause });
  }
}
