/** Bytes that are no FLV, or break a stated bound. `code` says which rule; the reader is of no use after it. */
export class FlvError extends Error {
  override readonly name = 'FlvError';
  readonly code:
    | 'FLV_BAD_HEADER'
    | 'FLV_BAD_TAG'
    | 'FLV_TAG_TOO_LARGE'
    | 'FLV_OUT_OF_STEP'
    | 'FLV_SHORT_BODY';

  constructor(code: FlvError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
