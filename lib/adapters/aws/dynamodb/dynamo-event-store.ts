import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { defaultKeptEvents, eventDays } from '../../../config/defaults.ts';
import { ControlStoreUnavailableError } from '../../../control-store/errors.ts';
import type { StreamEventStore } from '../../../control-store/ports.ts';
import type { StreamEventRecord } from '../../../control-store/records.ts';
import type { RetryPolicy } from '../../../retry/policy/backoff.ts';
import { retry } from '../../../retry/retry.ts';
import type { StreamId } from '../../../routing/ids.ts';
import { isOvertaken } from './dynamo-errors.ts';
import { unixSecondsIn } from './dynamo-expiry.ts';
import { attributes, type DynamoRequests, type Item, placeholders } from './dynamo-requests.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** Each lost race means another append succeeded, so `tries` is how many writers may append concurrently. */
const whileOvertaken = {
  firstMs: 5,
  longestMs: 100,
  jitter: 0.75,
  tries: 30,
} as const satisfies RetryPolicy;

/** An append that timed out may have been written: repeating it can store the event twice. */
export function dynamoEventStore(
  requests: DynamoRequests,
  options: { readonly eventRetentionMs?: number; readonly keptEvents?: number },
): StreamEventStore {
  const { eventRetentionMs = eventDays.default * dayMs, keptEvents = defaultKeptEvents } = options;
  const counterKey = (streamId: StreamId): Item => ({ streamId, item: 'events' });

  /**
   * Writes event and counter in one conditional transaction: only a writer that has read N can assign N + 1, so a reader that
   * sees N + 1 also finds N. Raising the counter first would let a slower writer fill a gap behind a reader.
   */
  function appending(event: Omit<StreamEventRecord, 'sequence'>, last: number): TransactWriteItem[] {
    const { streamId } = event;
    const sequence = last + 1;
    const events = requests.name('events');
    const change = 'SET #lastSequence = :sequence';
    const unchanged = last === 0 ? 'attribute_not_exists(#lastSequence)' : '#lastSequence = :last';
    const values = last === 0 ? { sequence } : { sequence, last };
    const counted: TransactWriteItem = {
      Update: {
        TableName: requests.name('streams'),
        Key: attributes(counterKey(streamId)),
        UpdateExpression: change,
        ConditionExpression: unchanged,
        ...placeholders(`${change} ${unchanged}`, values),
      },
    };
    const item = { ...event, sequence, expiresAt: unixSecondsIn(eventRetentionMs) };
    const put: TransactWriteItem = { Put: { TableName: events, Item: attributes(item) } };
    const oldest = sequence - keptEvents;
    const pushedOut = { TableName: events, Key: attributes({ streamId, sequence: oldest }) };
    return oldest > 0 ? [counted, put, { Delete: pushedOut }] : [counted, put];
  }

  interface Page {
    readonly after?: number;
    readonly before?: number;
    readonly limit: number;
  }

  async function read(streamId: StreamId, { after, before, limit }: Page) {
    const items =
      after === undefined
        ? await requests.query(
            'events',
            `#streamId = :streamId${before === undefined ? '' : ' AND #sequence < :before'}`,
            { streamId, before },
            { limit, newestFirst: true },
          )
        : await requests.query(
            'events',
            '#streamId = :streamId AND #sequence > :after',
            { streamId, after },
            { limit },
          );
    return (after === undefined ? items.reverse() : items).map(eventOf);
  }

  return {
    async appendEvent(event) {
      const append = async (): Promise<void> => {
        const counter = await requests.get('streams', counterKey(event.streamId));
        await requests.transact(appending(event, Number(counter?.lastSequence ?? 0)));
      };
      try {
        await retry(append, whileOvertaken, { again: isOvertaken });
      } catch (cause) {
        if (!isOvertaken(cause)) throw cause;
        const trouble = `Appending an event to ${event.streamId} lost ${whileOvertaken.tries} races against other writers.`;
        throw new ControlStoreUnavailableError(trouble, { cause });
      }
    },
    async listEvents(streamId, page) {
      const events = await read(streamId, page);
      // A query is not a snapshot: it may contain an event written while it ran but miss an earlier one. A second read finds the
      // earlier one. A gap that remains comes from expired events.
      return hasGap(events, page.after) ? read(streamId, page) : events;
    },
  };
}

function hasGap(events: readonly StreamEventRecord[], after = 0): boolean {
  const first = after === 0 ? (events[0]?.sequence ?? 1) : after + 1;
  return events.some(({ sequence }, index) => sequence !== first + index);
}

/** Converts an item of the table, or an image from its stream, to an event of plain values. */
const eventOf = ({ expiresAt, ...event }: Item): StreamEventRecord => event as unknown as StreamEventRecord;
