/** A model that cannot be expressed as a valid MPD. */
export class DashModelError extends Error {
  override readonly name = 'DashModelError';
  readonly code = 'DASH_BAD_MODEL';
}
