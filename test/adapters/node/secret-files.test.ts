import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { certificateFiles, secretFile } from '../../../lib/adapters/node/secret-files.ts';
import { openCertificates, readKeyPepper } from '../../../lib/adapters/secret-sources.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';
import { describeSecretSource } from '../../control-store/secret-source-contract.ts';

describeSecretSource('a file', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'secret');
  return {
    source: secretFile(path, 5),
    async write(text) {
      await writeFile(`${path}.new`, text);
      await rename(`${path}.new`, path);
    },
    remove: () => rm(path),
    close: () => folder.remove(),
  };
});

test('a file that is larger than any secret is refused', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'large');
  await writeFile(path, 'x'.repeat(200_000));
  await expect(secretFile(path).read()).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  await folder.remove();
});

test('a certificate and its key in two files, and an RSA pair in two more, are one secret', async () => {
  const folder = await temporaryFolder();
  const [cert, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')];
  await writeFile(cert, 'a certificate');
  const pair = { certFile: cert, keyFile: key };
  const source = certificateFiles(pair, undefined);
  await expect(source.read()).rejects.toMatchObject({ mend: expect.stringContaining(key) });
  await writeFile(key, 'a key');
  const read = { certificate: 'a certificate', privateKey: 'a key' };
  expect(JSON.parse(await source.read())).toEqual(read);

  const rsa = { certFile: join(folder.path, 'rsa-cert.pem'), keyFile: join(folder.path, 'rsa-key.pem') };
  const both = await openCertificates(`files:${cert},${key},${rsa.certFile},${rsa.keyFile}`);
  await writeFile(rsa.certFile, 'another certificate');
  await expect(both.read()).rejects.toMatchObject({ mend: expect.stringContaining(rsa.keyFile) });
  await writeFile(rsa.keyFile, 'another key');
  expect(JSON.parse(await both.read())).toEqual({
    ...read,
    rsa: { certificate: 'another certificate', privateKey: 'another key' },
  });
  await folder.remove();
});

test('a key pepper is 16 characters or more, and the fault does not say what it is', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'pepper');
  await writeFile(path, 'an honest pepper\n');
  expect(await readKeyPepper(`file:${path}`)).toBe('an honest pepper');
  await writeFile(path, 'a short pepper\n');
  const fault = await readKeyPepper(`file:${path}`).catch((cause: Error) => cause);
  expect(fault).toMatchObject({
    code: 'SECRET_UNREADABLE',
    mend: expect.stringContaining('HEADWATER_KEY_PEPPER'),
  });
  expect(String(fault)).not.toContain('a short pepper');
  await folder.remove();
});
