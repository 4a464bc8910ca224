import type { StreamEventRecord } from './records.ts';
import type { StreamEventType } from './stream-events.ts';

/**
 * The journal entries that other systems act on: going live, interruptions, health and the end of a broadcast, the outcome of its
 * recording, takedowns, who may watch, managed channels and pushes. All other entries are for people and stay in the journal.
 */
const published = {
  'stream.live': true,
  'stream.reconnecting': true,
  'stream.resumed': true,
  'stream.ended': true,
  'stream.health': true,
  'recording.ready': true,
  'recording.incomplete': true,
  'recording.deleted': true,
  'stream.taken_down': true,
  'stream.restored': true,
  'playback.changed': true,
  'playback.revoked': true,
  'managed.channel.starting': true,
  'managed.channel.running': true,
  'managed.channel.failed': true,
  'managed.channel.deleted': true,
  'managed.channel.orphan_removed': true,
  'simulcast.live': true,
  'simulcast.waiting': true,
  'simulcast.refused': true,
  'simulcast.ended': true,
} as const satisfies Partial<Record<StreamEventType, true>>;

export type BusEventType = keyof typeof published;
export const busEventTypes = Object.keys(published) as readonly BusEventType[];

/** `source` of every event on the bus. */
export const busEventSource = 'headwater';

/** An event for other systems. A bus may deliver it twice, with the same `sequence`. */
export interface BusEvent {
  readonly source: typeof busEventSource;
  readonly detailType: BusEventType;
  readonly detail: BusEventDetail;
}

export interface BusEventDetail {
  readonly streamId: string;
  readonly broadcastId?: string;
  /** Of the journal entry, if the sender knows it. */
  readonly sequence?: number;
  /** Unix time. */
  readonly atMs: number;
  readonly text: string;
  /** The table is in stream-events.ts. */
  readonly data: StreamEventRecord['data'];
}

/** The bus event for a journal entry, or undefined if that type isn't published. */
export function busEvent(
  record: Omit<StreamEventRecord, 'sequence'> & { readonly sequence?: number },
): BusEvent | undefined {
  const { type, streamId, broadcastId, sequence, atMs, text, data } = record;
  if (!isPublished(type)) return undefined;
  return {
    source: busEventSource,
    detailType: type,
    detail: {
      streamId,
      ...(broadcastId !== undefined && { broadcastId }),
      ...(sequence !== undefined && { sequence }),
      atMs,
      text,
      data,
    },
  };
}

const isPublished = (type: string): type is BusEventType => Object.hasOwn(published, type);
