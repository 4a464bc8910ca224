import { createHash } from 'node:crypto';
import { StreamQueues } from '../../control/webhooks/policy/stream-queues.ts';
import {
  judgeWebhookAnswer,
  type WebhookVerdict,
  webhookRetries,
} from '../../control/webhooks/policy/webhook-delivery.ts';
import type { BusEvent } from '../../control-store/bus-events.ts';
import { EventBusError } from '../../control-store/errors.ts';
import type { SecretSource, StreamEventBus } from '../../control-store/ports.ts';
import { SecretUnreadableError } from '../../control-store/secret-errors.ts';
import { pauseMs, type RetryPolicy } from '../../retry/policy/backoff.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import { readWebhookSigners, type WebhookSigner, webhookHeaders } from './webhook-signature.ts';

const limits = { items: 1_000, bytes: 16 * 1024 * 1024 };
const mostAtOnce = 4;

export interface WebhookBusOptions {
  readonly url: string;
  /** `whsec_…`, one per line; each message is signed with all of them. */
  readonly secret: SecretSource;
  readonly emit: EmitEvent;
  /** Time limit for one response. @default 15 s */
  readonly answerWithinMs?: number;
  /** Time limit from `publish` on, after which the event is lost. @default 15 min */
  readonly giveUpAfterMs?: number;
  /** Time limit for pending events when the bus is closed. @default 3 s */
  readonly closeWithinMs?: number;
  /** Pauses between failed attempts. @default half a second, doubling up to a minute, ± 50 % */
  readonly retries?: RetryPolicy;
}

interface Message {
  readonly event: BusEvent;
  readonly streamId: string;
  readonly id: string;
  readonly body: string;
  readonly bytes: number;
  /** On `performance.now()`'s clock. */
  readonly untilMs: number;
  failed: number;
}

type Outcome = WebhookVerdict & { readonly cause: unknown };

/** POSTs each event to a URL according to Standard Webhooks. Throws `SecretUnreadableError`. */
export async function openWebhookBus(options: WebhookBusOptions): Promise<StreamEventBus> {
  const text = await options.secret.read();
  return new WebhookBus(options, text, signersOf(text, options.secret));
}

function signersOf(text: string, { name }: SecretSource): readonly WebhookSigner[] {
  const signers = readWebhookSigners(text);
  if (signers) return signers;
  throw new SecretUnreadableError(
    `The secret ${name} is not a valid webhook secret.`,
    'Use whsec_ followed by 24 to 64 bytes in base64. During a rotation, list the new and the old one, one per line.',
  );
}

/**
 * Queues events in order per stream, with one in delivery per stream at a time, and retries it until it is accepted, refused or
 * too old. A slow or unreachable receiver therefore holds up nobody and receives each stream's events in order, at least once; a
 * message delivered twice has the same id. The queue is in memory and lost with the process.
 */
class WebhookBus implements StreamEventBus {
  readonly #options: WebhookBusOptions;
  readonly #queues = new StreamQueues<Message>(limits);
  readonly #stopWatching: () => void;
  readonly #cut = new AbortController();
  #signers: readonly WebhookSigner[];
  #underWay = 0;
  /** The receiver asked for no requests before this time. */
  #pausedUntilMs = Number.NEGATIVE_INFINITY;
  /** Reported once until an event is accepted again. */
  #isDelayed = false;
  #timer?: NodeJS.Timeout;
  #emptied?: () => void;
  #closed = false;

  constructor(options: WebhookBusOptions, text: string, signers: readonly WebhookSigner[]) {
    this.#options = options;
    this.#signers = signers;
    this.#stopWatching = options.secret.watch(text, {
      // An unusable secret leaves the previous one in force.
      changed: (newer) => {
        this.#signers = readWebhookSigners(newer) ?? this.#signers;
      },
      failed: () => {},
    });
  }

  /** Queues the events for delivery. */
  async publish(events: readonly BusEvent[]): Promise<void> {
    const untaken = events.filter((event) => this.#closed || !this.#queues.add(this.#messageOf(event)));
    this.#pump();
    if (untaken.length === 0) return;
    throw new EventBusError(
      `${untaken.length} events for the webhook were dropped: the queue is full or closed`,
      untaken,
    );
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopWatching();
    if (this.#queues.size > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#options.closeWithinMs ?? 3_000);
        this.#emptied = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    clearTimeout(this.#timer);
    for (const message of this.#queues.clear()) this.#lost(message, 'the program stopped');
    this.#cut.abort();
  }

  #messageOf(event: BusEvent): Message {
    const { source, detailType: type, detail } = event;
    const timestamp = new Date(detail.atMs).toISOString();
    const body = JSON.stringify({ type, timestamp, source, data: detail });
    return {
      event,
      streamId: detail.streamId,
      id: `msg_${createHash('sha256').update(body).digest('base64url').slice(0, 27)}`,
      body,
      bytes: Buffer.byteLength(body),
      untilMs: performance.now() + (this.#options.giveUpAfterMs ?? 900_000),
      failed: 0,
    };
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#queues.size === 0) this.#emptied?.();
    const nowMs = performance.now();
    while (nowMs >= this.#pausedUntilMs && this.#underWay < mostAtOnce) {
      const message = this.#queues.take(nowMs);
      if (message === undefined) break;
      void this.#deliver(message);
    }
    const dueMs = this.#queues.nextDueMs;
    if (dueMs === undefined || this.#underWay >= mostAtOnce || this.#cut.signal.aborted) return;
    this.#timer = setTimeout(() => this.#pump(), Math.max(dueMs, this.#pausedUntilMs, nowMs + 1) - nowMs);
  }

  async #deliver(message: Message): Promise<void> {
    this.#underWay++;
    const outcome = await this.#send(message);
    this.#underWay--;
    if (this.#cut.signal.aborted) return;
    if (outcome.verdict === 'again') this.#failed(message, outcome);
    else {
      this.#queues.done(message);
      if (outcome.verdict === 'refused') this.#lost(message, outcome.cause);
      else this.#isDelayed = false;
    }
    this.#pump();
  }

  #failed(message: Message, { askedPauseMs, cause }: Outcome & { verdict: 'again' }): void {
    const nowMs = performance.now();
    message.failed++;
    const { retries = webhookRetries } = this.#options;
    const dueMs = nowMs + Math.max(pauseMs(retries, message.failed, Math.random()), askedPauseMs);
    if (askedPauseMs > 0) this.#pausedUntilMs = nowMs + askedPauseMs;
    if (!this.#isDelayed)
      this.#options.emit('control.bus-event.delayed', { events: this.#queues.size, cause });
    this.#isDelayed = true;
    if (dueMs < message.untilMs) this.#queues.again(message, dueMs);
    else {
      this.#queues.done(message);
      this.#lost(message, cause);
    }
  }

  /** Reads only the head of the response. */
  async #send({ id, body }: Message): Promise<Outcome> {
    const { url, answerWithinMs = 15_000 } = this.#options;
    const headers = { 'content-type': 'application/json', 'user-agent': 'headwater' };
    const signed = webhookHeaders({ id, sentAtMs: Date.now(), body }, this.#signers);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, ...signed },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([this.#cut.signal, AbortSignal.timeout(answerWithinMs)]),
      });
      await response.body?.cancel();
      const answer = { status: response.status, retryAfter: response.headers.get('retry-after') };
      return { ...judgeWebhookAnswer(answer, Date.now()), cause: `the receiver answered ${response.status}` };
    } catch (fault) {
      // The message of fetch itself is just "fetch failed".
      const cause = fault instanceof TypeError && fault.cause !== undefined ? fault.cause : fault;
      return { verdict: 'again', askedPauseMs: 0, cause };
    }
  }

  #lost({ event, streamId }: Message, cause: unknown): void {
    this.#options.emit('control.bus-event.lost', { streamId, type: event.detailType, cause });
  }
}
