/** A codec configuration that is truncated, contradictory or unsupported. */
export class CodecConfigError extends Error {
  override readonly name = 'CodecConfigError';
  readonly code: 'BAD_AVC_CONFIG' | 'BAD_AAC_CONFIG' | 'UNSUPPORTED_CODEC_CONFIG';

  constructor(code: CodecConfigError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
