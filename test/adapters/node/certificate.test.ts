import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import {
  type CertificateFiles,
  readCertificate,
  watchCertificate,
} from '../../../lib/adapters/node/certificate.ts';
import { testCertificate } from '../../support/ingest-harness.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function files(): Promise<
  CertificateFiles & { write(pair: { cert: string; key: string }): Promise<void> }
> {
  const folder = await temporaryFolder();
  cleanups.push(() => folder.remove());
  const [certFile, keyFile] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  return {
    certFile,
    keyFile,
    async write({ cert, key }) {
      for (const [path, text] of [
        [certFile, cert],
        [keyFile, key],
      ] as const) {
        await writeFile(`${path}.new`, text);
        await rename(`${path}.new`, path);
      }
    },
  };
}

test('a certificate that is missing or does not fit its key is a fault that says how to mend it', async () => {
  const at = await files();
  await expect(readCertificate(at)).rejects.toMatchObject({ code: 'CERTIFICATE_UNUSABLE' });
  const [one, other] = [await testCertificate(), await testCertificate()];
  await at.write({ cert: one.cert, key: other.key });
  await expect(readCertificate(at)).rejects.toMatchObject({ mend: expect.stringContaining('PEM') });
  await at.write(one);
  expect(await readCertificate(at)).toEqual(one);
});

test('a new certificate is noticed while running', async () => {
  const at = await files();
  await at.write(await testCertificate());
  const next = await testCertificate();
  const seen = new Promise((resolve) => {
    cleanups.push(
      watchCertificate(
        at,
        (certificate) => {
          if (certificate.cert === next.cert && certificate.key === next.key) resolve(certificate);
        },
        () => {},
        20,
      ),
    );
  });
  await at.write(next);
  expect(await seen).toEqual(next);
});
