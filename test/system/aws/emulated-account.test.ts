import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { managedSecret } from '../../../lib/adapters/aws/managed-secret.ts';
import { awsBackends } from '../../../lib/adapters/local/platform/aws-endpoint.ts';
import { ensureSecrets, type SecretFiles } from '../../../lib/adapters/local/platform/secrets.ts';
import { type AwsEmulator, startEmulator } from '../../../testkit/aws/emulator.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

let emulator: AwsEmulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let secrets: SecretFiles;
beforeAll(async () => {
  emulator = await startEmulator();
  folder = await temporaryFolder();
  secrets = await ensureSecrets(folder.path);
});
afterAll(async () => {
  await emulator.stop();
  await folder.remove();
});

const pepper = () =>
  managedSecret('headwater/key-pepper', { client: { ...emulator.client, region: 'us-east-1' } }).read();

test('what is missing at the endpoint is made once, and what is there stays', async () => {
  const byName = emulator.endpoint.replace('127.0.0.1', 'localhost');
  const backends = await awsBackends(byName, secrets, {});
  expect(backends).toMatchObject({
    controlStore: 'dynamodb:headwater',
    origin: 's3://headwater-origin',
    keyPepper: 'secretsmanager:headwater/key-pepper',
  });
  // By its address: a bucket's name never becomes part of a host name.
  expect(backends.environment.AWS_ENDPOINT_URL).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/);
  const first = await pepper();
  const other = await temporaryFolder();
  await awsBackends(emulator.endpoint, await ensureSecrets(other.path), {});
  expect(await pepper()).toBe(first);
  await other.remove();
});

test('programs get a region and nobody’s credentials, but for those that the environment has', async () => {
  const environmentOf = async (environment: Record<string, string>) =>
    (await awsBackends(emulator.endpoint, secrets, environment)).environment;
  expect(await environmentOf({})).toEqual({
    AWS_ENDPOINT_URL: emulator.endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'headwater',
    AWS_SECRET_ACCESS_KEY: 'headwater',
  });
  expect(
    await environmentOf({ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' }),
  ).toMatchObject({ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'headwater' });
});

test('an endpoint where nobody listens is a fault that says what to start', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  await expect(awsBackends(`http://127.0.0.1:${port}`, secrets, {})).rejects.toMatchObject({
    code: 'AWS_ENDPOINT_UNUSABLE',
    message: expect.stringContaining(String(port)),
    mend: expect.stringContaining('moto_server'),
  });
});
