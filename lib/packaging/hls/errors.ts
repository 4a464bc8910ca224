/** A model that cannot be expressed as a valid playlist. */
export class HlsModelError extends Error {
  override readonly name = 'HlsModelError';
  readonly code = 'HLS_BAD_MODEL';
}
