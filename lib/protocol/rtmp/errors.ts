/** Why a peer's bytes were rejected. One code per reason; each is a row in the docs and the metrics. */
export type ProtocolErrorCode =
  | 'AMF_TRUNCATED'
  | 'AMF_TOO_DEEP'
  | 'AMF_TOO_MANY_VALUES'
  | 'AMF_STRING_TOO_LONG'
  | 'AMF_UNSUPPORTED_TYPE'
  | 'HANDSHAKE_ENCRYPTED'
  | 'HANDSHAKE_BAD_VERSION'
  | 'CHUNK_SIZE_ZERO'
  | 'CHUNK_SIZE_NEGATIVE'
  | 'CHUNK_WITHOUT_HEADER'
  | 'CHUNK_HEADER_MID_MESSAGE'
  | 'CHUNK_STATE_MALFORMED'
  | 'TOO_MANY_CHUNK_STREAMS'
  | 'MESSAGE_TOO_LONG'
  | 'TOO_MUCH_PARTIAL'
  | 'CONTROL_MALFORMED'
  | 'AGGREGATE_MALFORMED'
  | 'COMMAND_MALFORMED'
  | 'PROXY_HEADER_MALFORMED'
  | 'PROXY_HEADER_TOO_LONG'
  | 'RELAY_HELLO_MALFORMED'
  | 'RELAY_HELLO_UNSEALED'
  | 'RELAY_HELLO_FORGED'
  | 'RELAY_HELLO_MISDIRECTED'
  | 'RELAY_HELLO_REPLAYED'
  | 'LINK_FRAME_TOO_LONG'
  | 'LINK_FRAME_MALFORMED';

/** A peer broke the protocol or a limit. Parsers throw nothing else, whatever the bytes; the connection must be closed. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
