import type { RetryPolicy } from '../../../retry/policy/backoff.ts';

/** Retryable statuses besides 5xx: Request Timeout, Too Early, Too Many Requests. */
const retryableStatuses: ReadonlySet<number> = new Set([408, 425, 429]);
/** Maximum pause a receiver may request. */
const longestAskedPauseMs = 300_000;
/**
 * Retries of one message; jitter spreads the retries of many senders. The sender gives up by the message's age, not by the number
 * of attempts.
 */
export const webhookRetries: RetryPolicy = { firstMs: 500, longestMs: 60_000, jitter: 0.5 };

export interface WebhookAnswer {
  readonly status: number;
  /** The Retry-After header: seconds or a date. */
  readonly retryAfter: string | null;
}

/** The verdict on a response. `askedPauseMs`: how long the receiver wants no requests at all. */
export type WebhookVerdict =
  | { readonly verdict: 'taken' }
  | { readonly verdict: 'refused' }
  | { readonly verdict: 'again'; readonly askedPauseMs: number };

/**
 * Anything but 2xx, 5xx and retryable statuses is a refusal, redirects included: signed messages go only to the configured URL.
 */
export function judgeWebhookAnswer({ status, retryAfter }: WebhookAnswer, wallMs: number): WebhookVerdict {
  if (status >= 200 && status < 300) return { verdict: 'taken' };
  if (status < 500 && !retryableStatuses.has(status)) return { verdict: 'refused' };
  return { verdict: 'again', askedPauseMs: askedPause(retryAfter, wallMs) };
}

function askedPause(retryAfter: string | null, wallMs: number): number {
  if (retryAfter === null) return 0;
  const pauseMs = /^\d+$/.test(retryAfter.trim())
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - wallMs;
  return Number.isNaN(pauseMs) ? 0 : Math.min(Math.max(pauseMs, 0), longestAskedPauseMs);
}
