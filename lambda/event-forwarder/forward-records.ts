import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { type BusEvent, busEvent } from '../../lib/control-store/bus-events.ts';
import { EventBusError } from '../../lib/control-store/errors.ts';
import type { StreamEventBus } from '../../lib/control-store/ports.ts';
import type { StreamEventRecord } from '../../lib/control-store/records.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

interface Entry {
  /** Sequence number of the record in the table's stream. */
  readonly id: string;
  readonly event: BusEvent;
}

/**
 * Forwards new journal entries from the table's stream to the bus. Entries the bus does not accept are reported as failed, so
 * that they are delivered again; until then, no later entry of the same stream goes out. Some entries that did go out are
 * repeated along with them.
 */
export async function forwardRecords(
  records: readonly DynamoDBRecord[],
  { bus, emit }: { readonly bus: Pick<StreamEventBus, 'publish'>; readonly emit: EmitEvent },
): Promise<DynamoDBBatchResponse> {
  const entries = records.flatMap((record) => readEntry(record, emit));
  const waiting = new Set(entries);
  for (const wave of waves(entries)) {
    const untaken = await publish(wave, bus, emit);
    for (const entry of wave) if (!untaken.has(entry.event)) waiting.delete(entry);
    if (untaken.size > 0) break;
  }
  // Lambda re-reads the table's stream from the first failure reported.
  const [first] = waiting;
  return { batchItemFailures: first ? [{ itemIdentifier: first.id }] : [] };
}

async function publish(
  wave: readonly Entry[],
  bus: Pick<StreamEventBus, 'publish'>,
  emit: EmitEvent,
): Promise<ReadonlySet<BusEvent>> {
  try {
    await bus.publish(wave.map(({ event }) => event));
    return new Set();
  } catch (cause) {
    if (!(cause instanceof EventBusError)) throw cause;
    emit('control.bus-event.delayed', { events: cause.untaken.length, cause });
    return new Set(cause.untaken);
  }
}

/** First entries of all streams, then second entries, and so on: entries sent together may arrive in any order. */
function waves(entries: readonly Entry[]): Entry[][] {
  const split: Entry[][] = [];
  const seen = new Map<string, number>();
  for (const entry of entries) {
    const { streamId } = entry.event.detail;
    const turn = seen.get(streamId) ?? 0;
    seen.set(streamId, turn + 1);
    const wave = split[turn];
    if (wave) wave.push(entry);
    else split.push([entry]);
  }
  return split;
}

/** Empty if the record isn't meant for the bus. Unreadable records are dropped with an alert, so that they hold up nothing. */
function readEntry({ eventName, dynamodb }: DynamoDBRecord, emit: EmitEvent): Entry[] {
  if (eventName !== 'INSERT') return [];
  const { SequenceNumber: id = '', NewImage = {} } = dynamodb ?? {};
  const lost = (cause: unknown, { streamId, type }: Partial<StreamEventRecord> = {}): Entry[] => {
    emit('control.bus-event.lost', { streamId: String(streamId), type: String(type), cause });
    return [];
  };
  let record: Partial<StreamEventRecord>;
  try {
    record = unmarshall(NewImage as Record<string, AttributeValue>);
  } catch (cause) {
    return lost(cause);
  }
  const { streamId, type, sequence, atMs, text } = record;
  const whole =
    typeof streamId === 'string' &&
    typeof type === 'string' &&
    typeof sequence === 'number' &&
    typeof atMs === 'number' &&
    typeof text === 'string';
  if (!whole) return lost(new TypeError(`Record ${id} is not a journal entry.`), record);
  const event = busEvent(record as StreamEventRecord);
  return event ? [{ id, event }] : [];
}
