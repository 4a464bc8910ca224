import { parseRelayKeys } from '../../protocol/relay/seal.ts';

/** One step of a rotation, as Secrets Manager asks for it. */
export interface RotationRequest {
  /** The version of the secret that the rotation makes. */
  readonly ClientRequestToken: string;
  readonly Step: string;
}

/** The versions of the secret with the relay keys. */
export interface RelayKeyVersions {
  /** The text in use. */
  current(): Promise<string>;
  /** The text of this version before it is in use; undefined if there is none yet. */
  pending(version: string): Promise<string | undefined>;
  addPending(version: string, text: string): Promise<void>;
  /** Puts this version into use. Does nothing if it is. */
  promote(version: string): Promise<void>;
}

/** The relay keys are malformed; the message doesn't quote them. */
export class RelayKeysError extends Error {
  override readonly name = 'RelayKeysError';
  readonly code = 'RELAY_KEYS_UNUSABLE';
}

/**
 * Handles one step. The new text has the fresh key and the newest of the old ones, so that programs that have read it and programs
 * that have not yet share a key; what was the older one is no longer valid. Idempotent, since steps are repeated after a fault.
 */
export async function rotateRelayKeys(
  versions: RelayKeyVersions,
  { ClientRequestToken: version, Step }: RotationRequest,
  freshKey: () => string,
): Promise<void> {
  if (Step === 'createSecret') {
    if ((await versions.pending(version)) !== undefined) return;
    const [newest] = check(await versions.current());
    await versions.addPending(version, `${freshKey()}\n${newest}\n`);
  } else if (Step === 'testSecret') check((await versions.pending(version)) ?? '');
  else if (Step === 'finishSecret') await versions.promote(version);
  // setSecret: there is no server to tell. Programs read the secret every minute.
}

function check(text: string) {
  const keys = parseRelayKeys(text);
  if (keys === undefined)
    throw new RelayKeysError('The secret does not hold one to four relay keys, one a line.');
  return keys;
}
