/**
 * Text that is a secret wherever it is found, whoever made it. A new kind is one line here. Secrets without a form of their own come
 * from the data folder's secret files (every file there that only its owner can read), and from `registerSecret`.
 */
export const secretPatterns: Readonly<Record<string, RegExp>> = {
  'stream key': /(?<![0-9a-z])[0-9a-hjkmnp-tv-z]{16}_[0-9a-hjkmnp-tv-z]{26}(?![0-9a-z])/,
  'playback token': /[0-9a-z]{20}\.[A-Za-z0-9_-]{0,64}\.[an]\.[A-Za-z0-9_-]{43}/,
  'webhook secret': /whsec_[A-Za-z0-9+/]{24}/,
  'private key': /-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/,
};

/** Files at the top of the data folder that only their owner can read, but that hold no secret. */
export const ownFiles: ReadonlySet<string> = new Set(['edge-denials.json']);

const registered = new Map<string, string>();

/** A secret that a test made or was shown once: a destination's key, a token. `kind` names it in a report. */
export function registerSecret(kind: string, value: string): void {
  if (value.length < 8)
    throw new RangeError(`A ${kind} of ${value.length} characters would be found by chance.`);
  registered.set(value, kind);
}

/** Kinds by value. */
export const registeredSecrets = (): ReadonlyMap<string, string> => registered;
