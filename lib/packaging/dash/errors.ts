/** A model that no correct MPD can be made of. */
export class DashModelError extends Error {
  override readonly name = 'DashModelError';
  readonly code = 'DASH_BAD_MODEL';
}
