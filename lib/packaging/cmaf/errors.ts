/** Boxes that are truncated, misplaced or contradictory, or values that do not fit into a box. */
export class CmafError extends Error {
  override readonly name = 'CmafError';
  readonly code: 'CMAF_BAD_BOX' | 'CMAF_BAD_INPUT';

  constructor(code: CmafError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
