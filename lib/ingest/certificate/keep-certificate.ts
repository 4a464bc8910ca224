import type { EmitEvent } from '../../telemetry/events.ts';
import type { CertificateSecret } from './policy/certificate.ts';
import { belongs, endOf, readCertificateSecret } from './policy/certificate.ts';

/** Where proxies read their certificate. */
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
  next(current: CertificateSecret | undefined): Promise<CertificateSecret | undefined>;
}

/** A new certificate and its key don't match; the message contains neither. */
export class CertificateMismatchError extends Error {
  override readonly name = 'CertificateMismatchError';
  readonly code = 'CERTIFICATE_MISMATCH';
}

/** Stores the certificate that proxies should have, unless it is stored already. Idempotent. */
export async function keepCertificate(
  store: CertificateStore,
  authority: CertificateAuthority,
  emit: EmitEvent,
): Promise<void> {
  const text = await store.read();
  const current = text === undefined ? undefined : readCertificateSecret(text);
  const next = await authority.next(current);
  if (next === undefined) {
    emit('ingest.certificate.kept', { source: authority.name });
    return;
  }
  if (!belongs(next.certificate, next.privateKey)) {
    throw new CertificateMismatchError(`The new key from ${authority.name} does not match its certificate.`);
  }
  const { certificate, privateKey } = next;
  await store.write(JSON.stringify({ certificate, privateKey }));
  emit('ingest.certificate.renewed', { source: authority.name, end: endOf(certificate) });
}
