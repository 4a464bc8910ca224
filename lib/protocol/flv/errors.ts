/** Bytes that are not FLV, or exceed a limit. `code` names the violated rule; the reader is unusable afterwards. */
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
