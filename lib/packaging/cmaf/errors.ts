/** Boxes that are cut off, out of place or contradict each other, or values that no box can hold. */
export class CmafError extends Error {
  override readonly name = 'CmafError';
  readonly code: 'CMAF_BAD_BOX' | 'CMAF_BAD_INPUT';

  constructor(code: CmafError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
