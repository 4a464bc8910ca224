import { Webhook } from 'standardwebhooks';

const secretPrefix = 'whsec_';
/** A symmetric key has 192 to 512 bits, says Standard Webhooks 1.0.0; the library takes any. */
const fewestKeyBytes = 24;
const mostKeyBytes = 64;

/** Signs with one secret. */
export type WebhookSigner = Pick<Webhook, 'sign'>;

export interface WebhookMessage {
  /** The same each time that the message is sent. */
  readonly id: string;
  /** Unix time of this sending. */
  readonly sentAtMs: number;
  readonly body: string;
}

/**
 * The signers of a text with a secret `whsec_…` a line, the newest first; undefined where a line is none, or there is no line.
 */
export function readWebhookSigners(text: string): WebhookSigner[] | undefined {
  const lines = text.split(/\s+/).filter((line) => line !== '');
  const signers = lines.flatMap(signerOf);
  return lines.length > 0 && signers.length === lines.length ? signers : undefined;
}

function signerOf(line: string): WebhookSigner[] {
  const encoded = line.slice(secretPrefix.length);
  if (!line.startsWith(secretPrefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return [];
  const key = Buffer.from(encoded, 'base64');
  const fits = key.length >= fewestKeyBytes && key.length <= mostKeyBytes;
  return fits ? [new Webhook(key, { format: 'raw' })] : [];
}

/** One signature for each secret, so that a receiver may have the new or the old one while they change. */
export function webhookHeaders(
  { id, sentAtMs, body }: WebhookMessage,
  signers: readonly WebhookSigner[],
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const sentAt = new Date(sentAtMs);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(sentAtMs / 1000)),
    'webhook-signature': signers.map((signer) => signer.sign(id, sentAt, body)).join(' '),
  };
}
