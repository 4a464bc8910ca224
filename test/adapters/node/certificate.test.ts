import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { certificateDaysLeft, loadCertificates } from '../../../lib/adapters/node/certificate.ts';
import { makeSelfSigned } from '../../../lib/adapters/node/self-signed.ts';
import type { SecretHandler, SecretSource } from '../../../lib/control-store/ports.ts';
import { testCertificate } from '../../../testkit/harness/ingest-harness.ts';

const secretOf = ({ cert, key }: { cert: string; key: string }) =>
  JSON.stringify({ certificate: cert, privateKey: key });

/** A secret that the test changes by itself. */
function changingSecret(text: string) {
  let handler: SecretHandler | undefined;
  let watchedFrom: string | undefined;
  const source: SecretSource = {
    name: 'the secret',
    read: async () => text,
    watch(known, told) {
      watchedFrom = known;
      handler = told;
      return () => {
        handler = undefined;
      };
    },
  };
  return {
    source,
    watchedFrom: () => watchedFrom,
    change: (next: string) => handler?.changed(next),
  };
}

test('a certificate that is none, or does not fit its key, is a fault that says how to mend it and shows no key', async () => {
  const [one, other] = [await testCertificate(), await testCertificate()];
  const texts = [
    '',
    'no JSON',
    '{}',
    '{"certificate":"x","privateKey":"y"}',
    secretOf({ ...one, key: other.key }),
  ];
  for (const text of texts) {
    const fault = await loadCertificates(changingSecret(text).source).catch((cause: Error) => cause);
    expect(fault).toMatchObject({
      code: 'CERTIFICATE_UNUSABLE',
      message: expect.stringContaining('the secret'),
      mend: expect.stringContaining('HEADWATER_CERTIFICATE'),
    });
    expect(JSON.stringify(fault) + String((fault as Error).stack)).not.toContain(other.key.slice(40, 80));
  }
  const { certificates } = await loadCertificates(changingSecret(secretOf(one)).source);
  expect(certificates).toEqual([one]);
});

test('an RSA certificate may stand beside the first, but not one with the same type of key', async () => {
  const [main, rsa, other] = [await testCertificate(), await testCertificate('rsa'), await testCertificate()];
  const both = (second: typeof main) => {
    const { source } = changingSecret(
      JSON.stringify({ ...JSON.parse(secretOf(main)), rsa: JSON.parse(secretOf(second)) }),
    );
    return loadCertificates(source);
  };
  expect((await both(rsa)).certificates).toEqual([main, rsa]);
  await expect(both(other)).rejects.toMatchObject({
    code: 'CERTIFICATE_UNUSABLE',
    message: expect.stringContaining('the same type of key, ec'),
  });
  await expect(both({ cert: rsa.cert, key: main.key })).rejects.toMatchObject({
    code: 'CERTIFICATE_UNUSABLE',
  });
});

test('a new certificate is told of, one that cannot be used is a fault, and the watch goes on', async () => {
  const [first, next] = [await testCertificate(), await testCertificate()];
  const secret = changingSecret(secretOf(first));
  const { watch } = await loadCertificates(secret.source);
  const told: unknown[] = [];
  const end = watch({
    changed: (certificates) => told.push(...certificates),
    failed: (cause) => told.push((cause as { code?: string }).code),
  });
  expect(secret.watchedFrom()).toBe(secretOf(first));
  secret.change(secretOf({ ...first, cert: next.cert }));
  secret.change(secretOf(next));
  expect(told).toEqual(['CERTIFICATE_UNUSABLE', next]);
  end();
  secret.change(secretOf(first));
  expect(told).toHaveLength(2);
});

test('the days left are whole ones of the certificate that ends first, and below zero when it is over', async () => {
  const certificate = await testCertificate();
  const endMs = Date.parse(new X509Certificate(certificate.cert).validTo);
  const dayMs = 86_400_000;
  expect(certificateDaysLeft([certificate], endMs - 3.5 * dayMs)).toBe(3);
  expect(certificateDaysLeft([certificate], endMs + 1)).toBe(-1);
  const { certificate: cert, privateKey: key } = await makeSelfSigned({ hosts: ['localhost'] }, 100, 'rsa');
  expect(certificateDaysLeft([{ cert, key }, certificate], endMs - 3.5 * dayMs)).toBe(3);
});
