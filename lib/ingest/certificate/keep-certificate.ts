import type { EmitEvent } from '../../telemetry/events.ts';
import type { CertificatePair, KeyType } from './policy/certificate.ts';
import { belongs, endOf, readCertificateSecret, writeCertificateSecret } from './policy/certificate.ts';

/** Where proxies read their certificates. */
export interface CertificateStore {
  /** Undefined if there is no value yet. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}

/** Where certificates come from. */
export interface CertificateAuthority {
  /** Name for the log. */
  readonly name: 'acm' | 'self-signed';
  /** The certificate that proxies should have now; undefined if `current` is still the right one. */
  next(current: CertificatePair | undefined): Promise<CertificatePair | undefined>;
}

/** A new certificate and its key don't match; the message contains neither. */
export class CertificateMismatchError extends Error {
  override readonly name = 'CertificateMismatchError';
  readonly code = 'CERTIFICATE_MISMATCH';
}

/** Where the certificate of each type of key comes from. */
export type CertificateAuthorities = Readonly<Record<KeyType, CertificateAuthority>>;

/** Stores the certificates that proxies should have, unless they are stored already. Idempotent. */
export async function keepCertificates(
  store: CertificateStore,
  authorities: CertificateAuthorities,
  emit: EmitEvent,
): Promise<void> {
  const text = await store.read();
  let secret = text === undefined ? {} : readCertificateSecret(text);
  for (const keyType of ['ec', 'rsa'] as const) {
    const authority = authorities[keyType];
    const source = authority.name;
    const next = await authority.next(secret[keyType]);
    if (next === undefined) {
      emit('ingest.certificate.kept', { source, keyType });
      continue;
    }
    if (!belongs(next)) {
      throw new CertificateMismatchError(
        `The new ${keyType} key from ${source} does not match its certificate.`,
      );
    }
    secret = { ...secret, [keyType]: next };
    // Before the next authority is asked: its fault does not hold up this one's certificate.
    await store.write(writeCertificateSecret(secret));
    emit('ingest.certificate.renewed', { source, keyType, end: endOf(next.certificate) });
  }
}
