import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** What a sealed key is bound to: it can't be opened for another destination or with another secret. */
export interface DestinationKeyPlace {
  /** The deployment's secret, which stream keys are also hashed with. */
  readonly pepper: string;
  readonly streamId: string;
  readonly destinationId: string;
}

/** A sealed key was altered, moved from another destination, or sealed with another secret. */
export class DestinationKeyError extends Error {
  override readonly name = 'DestinationKeyError';
  readonly code = 'DESTINATION_KEY_UNREADABLE';
}

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts a destination's stream key: `v1.`, then nonce, ciphertext and tag of AES-256-GCM in base64url. */
export function sealDestinationKey(key: string, place: DestinationKeyPlace): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', sealingKey(place), nonce);
  const sealed = Buffer.concat([nonce, cipher.update(key, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${sealed.toString('base64url')}`;
}

/** Decrypts the stream key. Throws `DestinationKeyError`. */
export function openDestinationKey(sealed: string, place: DestinationKeyPlace): string {
  const [form, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  if (form !== version || bytes.length < nonceBytes + tagBytes) {
    throw new DestinationKeyError('the sealed key has an unknown format');
  }
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(place), bytes.subarray(0, nonceBytes));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const opened = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new DestinationKeyError('the key was sealed for another destination or with another secret', {
      cause,
    });
  }
}

/** A separate key for each destination (HKDF, RFC 5869), so that no two share nonces. */
function sealingKey({ pepper, streamId, destinationId }: DestinationKeyPlace): Buffer {
  const info = JSON.stringify(['headwater destination key', version, streamId, destinationId]);
  return Buffer.from(hkdfSync('sha256', pepper, '', info, 32));
}
