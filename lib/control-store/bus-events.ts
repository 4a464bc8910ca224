import type { StreamEventRecord } from './records.ts';
import type { StreamEventType } from './stream-events.ts';

/**
 * The lines of a stream's journal that other systems act on: the begin, the interruptions and the end of being on air, what
 * came of the recording, takedowns, managed channels and pushes. The others are for people, and stay in the journal.
 */
const published = {
  'stream.live': true,
  'stream.reconnecting': true,
  'stream.resumed': true,
  'stream.ended': true,
  'recording.ready': true,
  'recording.incomplete': true,
  'stream.taken_down': true,
  'stream.restored': true,
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

/** `source` of every event that we put on a bus. */
export const busEventSource = 'headwater';

/** An event for other systems. A bus may bring it twice: `sequence` is the same then. */
export interface BusEvent {
  readonly source: typeof busEventSource;
  readonly detailType: BusEventType;
  readonly detail: BusEventDetail;
}

export interface BusEventDetail {
  readonly streamId: string;
  readonly broadcastId?: string;
  /** Of the line in the stream's journal, where the publisher knows it. */
  readonly sequence?: number;
  /** Unix time. */
  readonly atMs: number;
  readonly text: string;
  /** The table is in stream-events.ts. */
  readonly data: StreamEventRecord['data'];
}

/** What a line of a stream's journal is on the bus; undefined where it does not go out. */
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
