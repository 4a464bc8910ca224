import { randomUUID } from 'node:crypto';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { managedSecret } from '../../../lib/adapters/aws/managed-secret.ts';
import { loadCertificates } from '../../../lib/adapters/node/certificate.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import { testCertificate } from '../../../testkit/harness/ingest-harness.ts';
import { describeSecretSource } from '../../control-store/secret-source-contract.ts';

let emulator: AwsEmulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.stop());

async function open() {
  const name = `headwater/test-${randomUUID()}`;
  const admin = new SecretsManagerClient(emulator.client);
  return {
    source: managedSecret(name, { everyMs: 20, client: emulator.client }),
    name,
    admin,
    async write(text: string) {
      await admin
        .send(new PutSecretValueCommand({ SecretId: name, SecretString: text }))
        .catch(async (fault: unknown) => {
          if (!(fault instanceof ResourceNotFoundException)) throw fault;
          await admin.send(new CreateSecretCommand({ Name: name, SecretString: text }));
        });
    },
    async remove() {
      await admin.send(new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }));
    },
    async close() {
      admin.destroy();
    },
  };
}

describeSecretSource('Secrets Manager', open);

test('a secret of bytes is a fault: ours are texts', async () => {
  const { source, name, admin, close } = await open();
  await admin.send(new CreateSecretCommand({ Name: name, SecretBinary: Buffer.from('bytes') }));
  await expect(source.read()).rejects.toMatchObject({ message: expect.stringContaining('not text') });
  await close();
});

test('a certificate is taken up from the secret, and a renewed one while running', async () => {
  const [first, renewed] = [await testCertificate(), await testCertificate()];
  const secretOf = ({ cert, key }: typeof first) => JSON.stringify({ certificate: cert, privateKey: key });
  const { source, write, close } = await open();
  await write(secretOf(first));
  const { certificates, watch } = await loadCertificates(source);
  expect(certificates).toEqual([first]);
  let end = () => {};
  const next = new Promise((changed, failed) => {
    end = watch({ changed, failed });
  });
  await write(secretOf(renewed));
  expect(await next).toEqual([renewed]);
  end();
  await close();
});
