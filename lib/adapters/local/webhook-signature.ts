import { Webhook } from 'standardwebhooks';

const secretPrefix = 'whsec_';
/** Standard Webhooks 1.0.0 asks for keys of 192 to 512 bits; the library accepts any length. */
const fewestKeyBytes = 24;
const mostKeyBytes = 64;

/** Signs with one secret. */
export type WebhookSigner = Pick<Webhook, 'sign'>;

export interface WebhookMessage {
  /** The same on every delivery attempt. */
  readonly id: string;
  /** Unix time of this attempt. */
  readonly sentAtMs: number;
  readonly body: string;
}

/** One signer per line of `whsec_…` secrets, the newest first. Undefined if a line isn't a valid secret or there are no lines. */
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

/** One signature per secret, so that receivers can hold the new or the old one during a rotation. */
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
