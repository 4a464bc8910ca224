import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { selfSignedAuthority } from '../../../lambda/certificate/authorities.ts';
import { makeSelfSigned } from '../../../lib/adapters/node/self-signed.ts';
import {
  type CertificateAuthority,
  keepCertificate,
} from '../../../lib/ingest/certificate/keep-certificate.ts';
import { readCertificateSecret } from '../../../lib/ingest/certificate/policy/certificate.ts';

const host = 'ingest.headwater.internal';
const day = 86_400_000;

let text: string | undefined;
let said: string[];
beforeEach(() => {
  text = undefined;
  said = [];
});
const keep = (authority: CertificateAuthority) =>
  keepCertificate(
    {
      read: async () => text,
      write: async (next) => {
        text = next;
      },
    },
    authority,
    (event, fields) => said.push(JSON.stringify({ event, ...(fields as object) })),
  );
const leaf = () => new X509Certificate(JSON.parse(text ?? '{}').certificate);

describe('a self-signed certificate', () => {
  test('is made if there is none, or an invalid text', async () => {
    for (const before of [undefined, 'k4Qz', '{}', '{"certificate":"x","privateKey":"y"}']) {
      text = before;
      await keep(selfSignedAuthority(host));
      expect(leaf().checkHost(host)).toBe(host);
    }
  });

  test('stays until 30 days before it expires', async () => {
    await keep(selfSignedAuthority(host));
    const first = text;
    await keep(selfSignedAuthority(host, () => Date.now() + 334 * day));
    expect(text).toBe(first);
    await keep(selfSignedAuthority(host, () => Date.now() + 336 * day));
    expect(text).not.toBe(first);
    expect(said.map((line) => JSON.parse(line).event)).toEqual([
      'ingest.certificate.renewed',
      'ingest.certificate.kept',
      'ingest.certificate.renewed',
    ]);
  });

  test('is replaced when the host name changes', async () => {
    await keep(selfSignedAuthority('other.example.com'));
    await keep(selfSignedAuthority(host));
    expect(leaf().checkHost(host)).toBe(host);
  });

  test('may have a name longer than a common name', async () => {
    const long = `${'a'.repeat(60)}.elb.eu-central-1.amazonaws.com`;
    await keep(selfSignedAuthority(long));
    expect(leaf().checkHost(long)).toBe(long);
  });
});

describe('the certificate that proxies get', () => {
  test('never has another certificate’s key: the stored one stays', async () => {
    await keep(selfSignedAuthority(host));
    const before = text;
    const [one, other] = await Promise.all([
      makeSelfSigned({ hosts: [host] }, 1),
      makeSelfSigned({ hosts: [host] }, 1),
    ]);
    const mixed = { certificate: one.certificate, privateKey: other.privateKey };
    const authority: CertificateAuthority = { name: 'acm', next: async () => mixed };
    await expect(keep(authority)).rejects.toMatchObject({ code: 'CERTIFICATE_MISMATCH' });
    expect(text).toBe(before);
  });

  test('is a matching pair; a mismatched one counts as none', async () => {
    const [one, other] = await Promise.all([
      makeSelfSigned({ hosts: [host] }, 1),
      makeSelfSigned({ hosts: [host] }, 1),
    ]);
    expect(readCertificateSecret(JSON.stringify(one))).toEqual(one);
    expect(readCertificateSecret(JSON.stringify({ ...one, privateKey: other.privateKey }))).toBeUndefined();
  });

  test('is logged by its expiry, never by its key', async () => {
    await keep(selfSignedAuthority(host));
    expect(said[0]).toContain(leaf().validToDate.toISOString());
    expect(said.join()).not.toContain('BEGIN');
  });
});
