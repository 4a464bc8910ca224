import { secretPatterns } from './secret-kinds.ts';

export interface Leak {
  /** What was found; never the secret itself. */
  readonly kind: string;
  /** Where: a log event, a file, a response. */
  readonly place: string;
}

/** A secret was found where none may be. The message names kinds and places. */
export class SecretLeakError extends Error {
  override readonly name = 'SecretLeakError';
  readonly code = 'SECRET_LEAKED';
  readonly leaks: readonly Leak[];

  constructor(leaks: readonly Leak[]) {
    super(`Secrets leaked: ${leaks.map(({ kind, place }) => `${kind} in ${place}`).join('; ')}`);
    this.leaks = leaks;
  }
}

/** Looks for secrets in what a platform wrote and said. */
export class SecretWatch {
  readonly #needles: readonly { readonly kind: string; readonly bytes: Buffer }[];
  readonly #leaks = new Map<string, Leak>();

  /** `secrets`: kinds by value. */
  constructor(secrets: ReadonlyMap<string, string>) {
    this.#needles = [...secrets].flatMap(([value, kind]) =>
      formsOf(value).map((form) => ({ kind, bytes: Buffer.from(form) })),
    );
  }

  look(place: string, content: Buffer | string): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    for (const { kind, bytes: needle } of this.#needles) if (bytes.includes(needle)) this.#found(kind, place);
    const text = bytes.toString('latin1');
    for (const [kind, pattern] of Object.entries(secretPatterns))
      if (pattern.test(text)) this.#found(kind, place);
  }

  /** Throws `SecretLeakError` if anything was found. */
  check(): void {
    if (this.#leaks.size > 0) throw new SecretLeakError([...this.#leaks.values()]);
  }

  #found(kind: string, place: string): void {
    this.#leaks.set(`${kind} ${place}`, { kind, place });
  }
}

/** As it is, in a URL, and in Base64. */
const formsOf = (value: string): string[] => [
  ...new Set([value, encodeURIComponent(value), Buffer.from(value).toString('base64').replace(/.?=+$/, '')]),
];
