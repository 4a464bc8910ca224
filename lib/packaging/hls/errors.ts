/** A model that no correct playlist can be made of. */
export class HlsModelError extends Error {
  override readonly name = 'HlsModelError';
  readonly code = 'HLS_BAD_MODEL';
}
