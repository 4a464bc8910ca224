import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ensureSecrets } from '../../../../lib/adapters/local/platform/secrets.ts';

test('secrets are made once, for their owner only, with a P-256 certificate for this machine', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'secrets-'));
  const files = await ensureSecrets(dir);
  const read = () => Promise.all(Object.values(files).map((path) => readFile(path, 'utf8')));
  const first = await read();
  await ensureSecrets(dir);
  expect(await read()).toEqual(first);
  for (const path of Object.values(files)) expect((await stat(path)).mode & 0o077).toBe(0);
  const key = createPrivateKey(await readFile(files.tlsKeyFile));
  expect(key.asymmetricKeyDetails).toMatchObject({ namedCurve: 'prime256v1' });
  const certificate = new X509Certificate(await readFile(files.tlsCertFile));
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(certificate.checkHost('localhost')).toBe('localhost');
  expect(certificate.checkPrivateKey(key)).toBe(true);
  await rm(dir, { recursive: true });
});
