import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import type { BusEvent } from '../../control-store/bus-events.ts';
import { EventBusError } from '../../control-store/errors.ts';
import type { StreamEventBus } from '../../control-store/ports.ts';
import type { RetryPolicy } from '../../retry/policy/backoff.ts';
import { retry } from '../../retry/retry.ts';
import { clientSettings } from './client-settings.ts';

/** EventBridge's limits for one call. */
const maxEntries = 10;
const maxCallBytes = 256 * 1024;

/** The SDK's attempts for a call that fails as a whole. */
const callTries = 3;
/** For entries that a successful response refuses; the SDK doesn't retry those. */
const whileBusy: RetryPolicy = { firstMs: 100, longestMs: 1_000, jitter: 0.5, tries: 3 };
/** Error codes for which a retry may help; all others are faults of the entry itself. */
const passingCodes = new Set(['ThrottlingException', 'InternalException', 'InternalFailure']);

export interface EventBridgeBusOptions {
  /** Name or ARN. */
  readonly busName: string;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: EventBridgeClientConfig;
}

/** An EventBridge bus. `detail-type` is the event type, `time` the time of the event, to the second. */
export function createEventBridgeBus({ busName, client }: EventBridgeBusOptions): StreamEventBus {
  const settings = clientSettings({ timeoutMs: 2_000, tries: callTries, maxConnections: 4 });
  return new EventBridgeBus(busName, new EventBridgeClient({ ...settings, ...client }));
}

interface Sent {
  readonly event: BusEvent;
  readonly entry: PutEventsRequestEntry;
  readonly bytes: number;
}

/** Entries were refused for a transient reason. */
class EntriesBusyError extends Error {
  override readonly name = 'EntriesBusyError';
  readonly code = 'ENTRIES_BUSY';
}

class EventBridgeBus implements StreamEventBus {
  readonly #busName: string;
  readonly #client: EventBridgeClient;

  constructor(busName: string, client: EventBridgeClient) {
    this.#busName = busName;
    this.#client = client;
  }

  async publish(events: readonly BusEvent[]): Promise<void> {
    const untaken: BusEvent[] = [];
    let cause: unknown;
    for (const call of calls(events.map((event) => this.#sent(event)))) {
      const rest = await this.#put(call);
      untaken.push(...rest.untaken);
      cause ??= rest.cause;
    }
    if (untaken.length === 0) return;
    const message = `${this.#busName} did not accept ${untaken.length} of ${events.length} events`;
    throw new EventBusError(message, untaken, { cause });
  }

  close(): void {
    this.#client.destroy();
  }

  /** Makes one call, then retries only the entries that failed with a retryable code. */
  async #put(call: readonly Sent[]): Promise<{ untaken: BusEvent[]; cause?: unknown }> {
    const refused: BusEvent[] = [];
    let left = call;
    let cause: unknown;
    const put = async (): Promise<void> => {
      const command = new PutEventsCommand({ Entries: left.map(({ entry }) => entry) });
      const { Entries: answers = [] } = await this.#client.send(command);
      const failed = left.map((sent, index) => ({ sent, code: answers[index]?.ErrorCode }));
      left = failed.filter(({ code }) => code && passingCodes.has(code)).map(({ sent }) => sent);
      const lasting = failed.filter(({ code }) => code && !passingCodes.has(code));
      refused.push(...lasting.map(({ sent }) => sent.event));
      cause = failed.find(({ code }) => code)?.code ?? cause;
      if (left.length > 0) throw new EntriesBusyError(`${left.length} entries were refused`);
    };
    const isBusy = (fault: unknown): boolean => fault instanceof EntriesBusyError;
    await retry(put, whileBusy, { again: isBusy }).catch((fault: unknown) => {
      // The whole call failed, after the SDK's own retries.
      if (!isBusy(fault)) cause = fault;
    });
    return { untaken: [...refused, ...left.map(({ event }) => event)], cause };
  }

  #sent(event: BusEvent): Sent {
    const { source, detailType, detail } = event;
    const entry = {
      EventBusName: this.#busName,
      Source: source,
      DetailType: detailType,
      Detail: JSON.stringify(detail),
      Time: new Date(detail.atMs),
    };
    // `Time` counts as 14 bytes.
    const bytes =
      14 + [source, detailType, entry.Detail].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    return { event, entry, bytes };
  }
}

/** Groups events into as few calls as the limits allow, in order. An oversized event goes alone, for EventBridge to refuse. */
function calls(all: readonly Sent[]): Sent[][] {
  const split: Sent[][] = [];
  let bytes = 0;
  for (const sent of all) {
    const last = split.at(-1);
    if (last && last.length < maxEntries && bytes + sent.bytes <= maxCallBytes) {
      last.push(sent);
      bytes += sent.bytes;
    } else {
      split.push([sent]);
      bytes = sent.bytes;
    }
  }
  return split;
}
