/**
 * A request with an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), from its first arrival on. A reader of the store
 * learns nothing from it: `id` and `fingerprint` are keyed hashes, and the answer is sealed under the caller's own key, because
 * answers contain stream keys (lib/control/api/idempotency/idempotency-key.ts).
 */
export interface RequestClaim {
  /** Whose request it is, and its Idempotency-Key. */
  readonly id: string;
  /** What is asked for: method, path, query and body. */
  readonly fingerprint: string;
  /** Random; distinguishes those who claim the same request. */
  readonly holder: string;
  /**
   * Until when it counts, in Unix milliseconds by the clocks of the API's programs: briefly while it runs, so that a program that dies
   * blocks nobody for long, and for a day once it is answered.
   */
  readonly untilMs: number;
}

export interface KnownRequest extends RequestClaim {
  /** Sealed. Omitted while the request runs. */
  readonly answer?: string;
}

export type RequestAnswer = Required<Omit<KnownRequest, 'fingerprint'>>;
