import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { ensureSecrets } from '../../../../lib/adapters/local/platform/secrets.ts';
import { makeSelfSigned } from '../../../../lib/adapters/node/self-signed.ts';

test('secrets are made once, for their owner only, with a P-256 and an RSA certificate for this machine', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'secrets-'));
  const files = await ensureSecrets(dir);
  const read = () => Promise.all(Object.values(files).map((path) => readFile(path, 'utf8')));
  const first = await read();
  await ensureSecrets(dir);
  expect(await read()).toEqual(first);
  for (const path of Object.values(files)) expect((await stat(path)).mode & 0o077).toBe(0);
  const { tlsCertFile, tlsKeyFile, tlsRsaCertFile, tlsRsaKeyFile } = files;
  for (const [certFile, keyFile, details] of [
    [tlsCertFile, tlsKeyFile, { namedCurve: 'prime256v1' }],
    [tlsRsaCertFile, tlsRsaKeyFile, { modulusLength: 2048 }],
  ] as const) {
    const key = createPrivateKey(await readFile(keyFile));
    expect(key.asymmetricKeyDetails).toMatchObject(details);
    const certificate = new X509Certificate(await readFile(certFile));
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkPrivateKey(key)).toBe(true);
  }
  await rm(dir, { recursive: true });
});

test('a self-made certificate that nobody can trust is made anew, an operator’s own stays', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'secrets-'));
  const { tlsCertFile } = await ensureSecrets(dir);
  const subject = [{ name: 'commonName', value: 'localhost' }];
  const asBefore = await generate(subject, { keyType: 'ec', curve: 'P-256' });
  await writeFile(tlsCertFile, asBefore.cert);
  await ensureSecrets(dir);
  expect(new X509Certificate(await readFile(tlsCertFile)).ca).toBe(true);

  const authority = await makeSelfSigned({ hosts: ['An authority'] }, 100, 'ec');
  const ca = { key: authority.privateKey, cert: authority.certificate };
  const own = await generate(subject, { keyType: 'ec', curve: 'P-256', ca });
  await writeFile(tlsCertFile, own.cert);
  await ensureSecrets(dir);
  expect(await readFile(tlsCertFile, 'utf8')).toBe(own.cert);
  await rm(dir, { recursive: true });
});

test('a certificate that this machine made for itself is made anew when others call it by more names', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'secrets-'));
  const { tlsCertFile } = await ensureSecrets(dir);
  const read = async () => new X509Certificate(await readFile(tlsCertFile));
  const before = await read();
  await ensureSecrets(dir, { hosts: ['localhost', 'studio.local'], addresses: ['127.0.0.1', '192.168.1.5'] });
  const open = await read();
  expect(open.fingerprint256).not.toBe(before.fingerprint256);
  expect([open.checkIP('192.168.1.5'), open.checkHost('studio.local')]).toEqual([
    '192.168.1.5',
    'studio.local',
  ]);
  // Who trusts it need not do so again.
  await ensureSecrets(dir);
  expect((await read()).fingerprint256).toBe(open.fingerprint256);
  await rm(dir, { recursive: true });
});
