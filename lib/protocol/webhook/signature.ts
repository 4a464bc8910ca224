import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';

/** Standard Webhooks (standardwebhooks.com, 1.0.0): lets a receiver verify a message's sender and time. */

const secretPrefix = 'whsec_';
/** A symmetric key has 192 to 512 bits. */
const fewestKeyBytes = 24;
const mostKeyBytes = 64;

export interface WebhookMessage {
  /** The same for every delivery attempt of the message. */
  readonly id: string;
  /** Unix time of this attempt. */
  readonly sentAtMs: number;
  readonly body: string;
}

/** The keys from a text with one secret `whsec_…` per line, newest first; undefined if a line is invalid or there are none. */
export function readWebhookKeys(text: string): Buffer[] | undefined {
  const lines = text.split(/\s+/).filter((line) => line !== '');
  const keys = lines.map(keyOf);
  const good = keys.filter((key) => key !== undefined);
  return lines.length > 0 && good.length === keys.length ? good : undefined;
}

function keyOf(line: string): Buffer | undefined {
  const encoded = line.slice(secretPrefix.length);
  if (!line.startsWith(secretPrefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, 'base64');
  return key.length >= fewestKeyBytes && key.length <= mostKeyBytes ? key : undefined;
}

/** One signature per key, so that during a rotation a receiver can have either the old or the new one. */
export function webhookHeaders(
  { id, sentAtMs, body }: WebhookMessage,
  keys: readonly Buffer[],
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const seconds = String(Math.floor(sentAtMs / 1000));
  const sign = (key: Buffer): string =>
    `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': keys.map(sign).join(' '),
  };
}
