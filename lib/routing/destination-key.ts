import { hkdfSync } from 'node:crypto';
import { openText, sealText } from './sealed-text.ts';

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

/** Encrypts a destination's stream key. */
export const sealDestinationKey = (key: string, place: DestinationKeyPlace): string =>
  sealText(key, sealingKey(place));

/** Decrypts the stream key. Throws `DestinationKeyError`. */
export function openDestinationKey(sealed: string, place: DestinationKeyPlace): string {
  try {
    return openText(sealed, sealingKey(place));
  } catch (cause) {
    const trouble = 'the key was altered, or sealed for another destination or with another secret';
    throw new DestinationKeyError(trouble, { cause });
  }
}

/** A separate key for each destination (HKDF, RFC 5869), so that no two share nonces. */
function sealingKey({ pepper, streamId, destinationId }: DestinationKeyPlace): Uint8Array {
  const info = JSON.stringify(['headwater destination key', 'v1', streamId, destinationId]);
  return new Uint8Array(hkdfSync('sha256', pepper, '', info, 32));
}
