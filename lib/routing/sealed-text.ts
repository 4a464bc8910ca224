import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** A sealed text was altered, or sealed under another key. */
export class SealBrokenError extends Error {
  override readonly name = 'SealBrokenError';
  readonly code = 'SEAL_BROKEN';
}

const version = 'v1';
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts a text under a key of 32 bytes: `v1.`, then nonce, ciphertext and tag of AES-256-GCM in base64url. */
export function sealText(text: string, key: Uint8Array): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${version}.${sealed.toString('base64url')}`;
}

/** Decrypts the text. Throws `SealBrokenError`. */
export function openText(sealed: string, key: Uint8Array): string {
  const [form, text = ''] = sealed.split('.');
  const bytes = Buffer.from(text, 'base64url');
  if (form !== version || bytes.length < nonceBytes + tagBytes) {
    throw new SealBrokenError('the sealed text has an unknown format');
  }
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    const opened = decipher.update(bytes.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([opened, decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new SealBrokenError('the text was altered, or sealed under another key', { cause });
  }
}
