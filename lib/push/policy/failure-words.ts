/** Errors of sockets, resolvers and TLS, as people read them: what is wrong with the destination. */
const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it cut the connection',
  EPIPE: 'it cut the connection',
  ETIMEDOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  ENOTFOUND: 'its name is not known',
  ENODATA: 'its name has no address',
  ETIMEOUT: 'its name could not be resolved in time',
  ESERVFAIL: 'its name cannot be resolved',
  EREFUSED: 'its name cannot be resolved',
  CERT_HAS_EXPIRED: 'its certificate is over',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is from nobody who is trusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from nobody who is trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate is from nobody who is trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is from nobody who is trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is from nobody who is trusted',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS',
  EPROTO: 'it does not speak TLS',
};

/** What went wrong, by the `code` of the error or of its causes. */
export function failureWords(fault: unknown): string {
  for (let at = fault; typeof at === 'object' && at !== null; ) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && Object.hasOwn(words, code)) return words[code] ?? '';
    at = cause;
  }
  return 'the connection failed';
}
