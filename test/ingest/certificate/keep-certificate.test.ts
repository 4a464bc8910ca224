import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { selfSignedAuthority } from '../../../lambda/certificate/authorities.ts';
import { makeSelfSigned } from '../../../lib/adapters/node/self-signed.ts';
import {
  type CertificateAuthorities,
  keepCertificates,
} from '../../../lib/ingest/certificate/keep-certificate.ts';
import { readCertificateSecret } from '../../../lib/ingest/certificate/policy/certificate.ts';

const host = 'ingest.headwater.internal';
const day = 86_400_000;

let text: string | undefined;
let said: { event: string; keyType: string; end?: string }[];
beforeEach(() => {
  text = undefined;
  said = [];
});
const keep = (authorities: CertificateAuthorities) =>
  keepCertificates(
    {
      read: async () => text,
      write: async (next) => {
        text = next;
      },
    },
    authorities,
    (event, fields) => said.push({ event, ...(fields as { keyType: string }) }),
  );
const ownFor = (name: string, nowMs?: () => number): CertificateAuthorities => ({
  ec: selfSignedAuthority(name, 'ec', nowMs),
  rsa: selfSignedAuthority(name, 'rsa', nowMs),
});
/** The stored certificates, by the type of key that they should have. */
const leaves = () => {
  const { rsa, ...ec } = JSON.parse(text ?? '{}');
  return [ec, rsa].map(({ certificate }) => new X509Certificate(certificate));
};
const hosts = () => leaves().map((leaf) => leaf.checkHost(host));
const make = (keyType: 'ec' | 'rsa') => makeSelfSigned({ hosts: [host] }, 1, keyType);

describe('self-signed certificates', () => {
  test('are a P-256 and an RSA one, made if there is none, or an invalid text', async () => {
    for (const before of [undefined, 'k4Qz', '{}', 'null', '{"certificate":"x","privateKey":"y","rsa":5}']) {
      text = before;
      await keep(ownFor(host));
      expect(hosts()).toEqual([host, host]);
      expect(leaves().map(({ publicKey }) => publicKey.asymmetricKeyType)).toEqual(['ec', 'rsa']);
    }
  });

  test('stay until 30 days before they expire', async () => {
    await keep(ownFor(host));
    const first = text;
    await keep(ownFor(host, () => Date.now() + 334 * day));
    expect(text).toBe(first);
    await keep(ownFor(host, () => Date.now() + 336 * day));
    expect(text).not.toBe(first);
    expect(said.map(({ event, keyType }) => `${event} ${keyType}`)).toEqual(
      ['renewed', 'kept', 'renewed'].flatMap((word) => [
        `ingest.certificate.${word} ec`,
        `ingest.certificate.${word} rsa`,
      ]),
    );
  });

  test('are replaced if nobody could trust them', async () => {
    const before = await generate([{ name: 'commonName', value: host }], {
      keyType: 'ec',
      curve: 'P-256',
      notAfterDate: new Date(Date.now() + 100 * day),
    });
    text = JSON.stringify({ certificate: before.cert, privateKey: before.private });
    await keep(ownFor(host));
    expect(leaves().map(({ ca }) => ca)).toEqual([true, true]);
  });

  test('are replaced when the host name changes', async () => {
    await keep(ownFor('other.example.com'));
    await keep(ownFor(host));
    expect(hosts()).toEqual([host, host]);
  });

  test('may have a name longer than a common name', async () => {
    const long = `${'a'.repeat(60)}.elb.eu-central-1.amazonaws.com`;
    await keep(ownFor(long));
    for (const leaf of leaves()) expect(leaf.checkHost(long)).toBe(long);
  });
});

describe('the certificates that proxies get', () => {
  test('never have another certificate’s key: the stored ones stay', async () => {
    await keep(ownFor(host));
    const before = text;
    for (const keyType of ['ec', 'rsa'] as const) {
      const [one, other] = [await make(keyType), await make(keyType)];
      const mixed = { certificate: one.certificate, privateKey: other.privateKey };
      const authorities = {
        ...ownFor(host),
        [keyType]: { name: 'acm', next: async () => mixed },
      };
      await expect(keep(authorities)).rejects.toMatchObject({ code: 'CERTIFICATE_MISMATCH' });
      expect(text).toBe(before);
    }
  });

  test('are matching pairs; a mismatched one counts as none', async () => {
    const [ec, rsa] = [await make('ec'), await make('rsa')];
    expect(readCertificateSecret(JSON.stringify(ec))).toEqual({ ec });
    expect(readCertificateSecret(JSON.stringify({ ...ec, rsa }))).toEqual({ ec, rsa });
    const { privateKey } = rsa;
    expect(readCertificateSecret(JSON.stringify({ ...ec, privateKey, rsa }))).toEqual({ rsa });
  });

  test('get an RSA one beside a P-256 one that is stored already', async () => {
    const ec = await makeSelfSigned({ hosts: [host] }, 100, 'ec');
    text = JSON.stringify(ec);
    await keep(ownFor(host));
    expect(JSON.parse(text)).toEqual({ ...ec, rsa: expect.anything() });
    expect(hosts()).toEqual([host, host]);
  });

  test('are stored one by one: a failing authority does not hold up the other’s certificate', async () => {
    const failing = { name: 'acm' as const, next: () => Promise.reject(new Error('not issued yet')) };
    await expect(keep({ ...ownFor(host), rsa: failing })).rejects.toThrow('not issued yet');
    expect(readCertificateSecret(text ?? '')).toEqual({ ec: expect.anything() });
  });

  test('are logged by their expiry, never by their keys', async () => {
    await keep(ownFor(host));
    expect(said.map(({ end }) => end)).toEqual(leaves().map(({ validToDate }) => validToDate.toISOString()));
    expect(JSON.stringify(said)).not.toContain('BEGIN');
  });
});
