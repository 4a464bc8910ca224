import type { Stream } from '../api/types.ts';
import { isOnAir, shownState } from './stream-state.ts';

/** How the list is ordered, within those on air and those that are not. */
export const listOrders = {
  'last-on-air': 'Last on air',
  newest: 'Newest',
  name: 'Name',
} as const;
export type ListOrder = keyof typeof listOrders;

export interface ListView {
  readonly search: string;
  readonly order: ListOrder;
}

export interface ListedStreams {
  readonly onAir: readonly Stream[];
  readonly others: readonly Stream[];
}

/** What the list shows: those on air first, each group in the wanted order. */
export function listedStreams(streams: readonly Stream[], { search, order }: ListView): ListedStreams {
  const words = plain(search)
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = streams.filter((stream) => {
    const text = plain(`${stream.name} ${stream.owner ?? ''}`);
    // A few characters occur somewhere in many ids.
    return words.every((word) => text.includes(word) || stream.id.startsWith(word));
  });
  const sorted = found.toSorted(comparers[order]);
  return {
    onAir: sorted.filter((stream) => isOnAir(shownState(stream))),
    others: sorted.filter((stream) => !isOnAir(shownState(stream))),
  };
}

/** Whoever types has neither accents nor capitals at hand. */
const plain = (text: string): string => text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();

const createdMs = ({ createdAt }: Stream): number => Date.parse(createdAt);

/** When it was on air last; streams that never were come after all others. */
export function lastOnAirMs({ broadcast, state }: Stream): number | undefined {
  if (!broadcast) return undefined;
  return Date.parse(isOnAir(state) ? broadcast.startedAt : (broadcast.endedAt ?? broadcast.startedAt));
}

const comparers: Readonly<Record<ListOrder, (a: Stream, b: Stream) => number>> = {
  'last-on-air': (a, b) => (lastOnAirMs(b) ?? 0) - (lastOnAirMs(a) ?? 0) || createdMs(b) - createdMs(a),
  newest: (a, b) => createdMs(b) - createdMs(a),
  name: (a, b) => a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: 'base' }),
};

/** Whether the API lists `a` after `b`: newest first, and of several that were created at once by id, as in its cursors. */
export const isBehind = (a: Stream, b: Stream): boolean =>
  createdMs(a) === createdMs(b) ? a.id < b.id : createdMs(a) < createdMs(b);

/**
 * The streams after some of them were read again; whoever is missing among them is left as it was. What has not changed stays the same
 * object, so that nothing of it is drawn again.
 */
export function withFresh(streams: readonly Stream[], fresh: readonly Stream[]): readonly Stream[] {
  if (fresh.length === 0) return streams;
  const byId = new Map(streams.map((stream) => [stream.id, stream]));
  for (const stream of fresh) {
    const known = byId.get(stream.id);
    if (!known || JSON.stringify(known) !== JSON.stringify(stream)) byId.set(stream.id, stream);
  }
  return [...byId.values()];
}
