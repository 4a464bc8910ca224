/** Errors of sockets, resolvers and TLS, for people to read: what is wrong with the destination. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the server dropped the connection',
  EPIPE: 'the server dropped the connection',
  ETIMEDOUT: 'no response',
  EHOSTUNREACH: 'server unreachable',
  ENETUNREACH: 'server unreachable',
  ENOTFOUND: 'host name not found',
  ENODATA: 'host name has no address',
  ETIMEOUT: 'DNS lookup timed out',
  ESERVFAIL: 'DNS lookup failed',
  EREFUSED: 'DNS lookup failed',
  CERT_HAS_EXPIRED: 'certificate expired',
  CERT_NOT_YET_VALID: 'certificate not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate issued for a different host name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate not trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate not trusted',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not support TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not support TLS',
  EPROTO: 'the server does not support TLS',
};

/** Describes a failure by the `code` of the error or of its causes. */
export function failureWords(fault: unknown): string {
  for (let at = fault; typeof at === 'object' && at !== null; ) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && Object.hasOwn(words, code)) return words[code] ?? '';
    at = cause;
  }
  return 'connection failed';
}
