type UpstreamCode = 'UPSTREAM_UNREACHABLE' | 'UPSTREAM_TIMEOUT' | 'UPSTREAM_BROKEN';

/**
 * The next tier did not deliver the object. `UPSTREAM_UNREACHABLE`: no response at all, an immediate retry may help;
 * `UPSTREAM_TIMEOUT`: too slow; `UPSTREAM_BROKEN`: it answered with an error, or its response was truncated. `ageMs` is the
 * age of the error if the next tier served it from its own cache.
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

/** Answers to what was made up: an object that doesn't exist, or a playlist that is too far in the future. */
export const isNowhere = (status: number | undefined): boolean => status === 404 || status === 400;
