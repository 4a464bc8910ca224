type UpstreamCode = 'UPSTREAM_UNREACHABLE' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_BROKEN';

/**
 * The next tier did not give the object. `UPSTREAM_UNREACHABLE`: nothing of an answer came, asking again at once may
 * help; `UPSTREAM_TIMEOUT`: too slow; `UPSTREAM_BROKEN`: it answered with an error or broke off. `ageMs` is how old the
 * error is already, where the next tier gave it from its own cache.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly code: UpstreamCode;
  readonly ageMs: number;

  constructor(
    code: UpstreamCode,
    message: string,
    { cause, ageMs = 0 }: { cause?: unknown; ageMs?: number } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.ageMs = ageMs;
  }
}
