import type { BroadcastReference, StreamPosition } from '../../../control-store/records.ts';
import type { StreamId } from '../../../routing/ids.ts';
import { type Caller, isRestricted, mayTouch } from '../../policy/access.ts';
import { isOnAir } from '../../policy/stream-state.ts';
import type { ApiContext } from '../context.ts';
import { presentStream } from '../present/present.ts';
import { ApiProblem } from '../problems.ts';
import { observeStream } from '../stream-access.ts';

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A cursor of either list: where its page ended, then the stream there. */
export const streamCursorPattern = /^(?:\d{1,15}|[0-9a-z]{16})-[0-9a-z]{16}$/;

/** Streams in pages, newest first. */
export function streamLists(context: ApiContext) {
  const { store, clock, config } = context;

  async function all(caller: Caller, { limit, cursor }: PageQuery) {
    const owner = isRestricted(caller) ? { owner: caller.owner ?? '' } : {};
    const after = cursor === undefined ? undefined : positionAt(cursor);
    const page = await store.listStreams({ limit, ...(after && { after }), ...owner });
    const sights = await Promise.all(page.streams.map((stream) => observeStream(context, stream)));
    const streams = sights.map((sight) => presentStream(sight, config, clock.wallMs()));
    return { streams, ...(page.next && { cursor: `${page.next.createdAtMs}-${page.next.id}` }) };
  }

  /** By the broadcasts that have not ended, however many streams there are; those that began last come first. */
  async function onAir(caller: Caller, { limit, cursor }: PageQuery) {
    const before = cursor === undefined ? undefined : onAirCursor(cursor);
    const places = (await openBroadcasts()).map(({ streamId, id }) => `${id}-${streamId}`).toSorted();
    const left = before === undefined ? places : places.filter((place) => place < before);
    const page = left.slice(-limit).toReversed();
    const found = await Promise.all(page.map((place) => store.getStream(place.split('-')[1] as StreamId)));
    const own = found.flatMap((stream) => (stream && mayTouch(caller, stream) ? [stream] : []));
    const sights = await Promise.all(own.map((stream) => observeStream(context, stream)));
    const streams = sights
      .filter(({ state }) => isOnAir(state))
      .map((sight) => presentStream(sight, config, clock.wallMs()));
    return { streams, ...(left.length > limit && { cursor: page.at(-1) }) };
  }

  /** Of each stream the newest. The index behind it has keys only: ten thousand are one read of 1 MB. */
  async function openBroadcasts(): Promise<BroadcastReference[]> {
    const newest = new Map<StreamId, BroadcastReference>();
    let cursor: string | undefined;
    do {
      const page = await store.listOpenBroadcasts({ limit: 1_000, ...(cursor !== undefined && { cursor }) });
      for (const each of page.broadcasts) {
        const known = newest.get(each.streamId);
        if (!known || known.id < each.id) newest.set(each.streamId, each);
      }
      cursor = page.cursor;
    } while (cursor !== undefined);
    return [...newest.values()];
  }

  return { all, onAir };
}

/** Throws `invalid-request`. */
function positionAt(cursor: string): StreamPosition {
  const [, createdAt, id] = /^(\d+)-(.*)$/.exec(cursor) ?? [];
  if (createdAt === undefined || createdAt.length > 15) throw otherCursor();
  return { createdAtMs: Number(createdAt), id: id as StreamId };
}

/** Throws `invalid-request`. */
function onAirCursor(cursor: string): string {
  if (cursor.indexOf('-') !== 16) throw otherCursor();
  return cursor;
}

function otherCursor(): ApiProblem {
  const detail =
    'This is a cursor of the list with another "onAir". Give it with the query that it came from.';
  return new ApiProblem('invalid-request', `The query has one error. cursor: ${detail}`, [
    { detail, parameter: 'cursor' },
  ]);
}
