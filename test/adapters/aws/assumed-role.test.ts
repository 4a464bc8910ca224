import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { CloudFrontClient, GetInvalidationCommand } from '@aws-sdk/client-cloudfront';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { assumedRole } from '../../../lib/adapters/aws/assumed-role.ts';

const role = 'arn:aws:iam::111122223333:role/headwater-edge-control';
const answer = (credentials: string) =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>${credentials}</AssumeRoleResult></AssumeRoleResponse>`;
const credentials = `<Credentials><AccessKeyId>ASIAOTHER</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials>`;

/** STS, which takes forms, and CloudFront, both on one port. */
let server: Server;
let body: string;
let status: number;
let asked: URLSearchParams[];
let signers: (string | undefined)[];

beforeEach(async () => {
  [body, status, asked, signers] = [answer(credentials), 200, [], []];
  server = createServer(async (request, response) => {
    const text = await readText(request);
    if (request.method === 'POST') {
      asked.push(new URLSearchParams(text));
      response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
      return;
    }
    signers.push(request.headers.authorization);
    response.end('<Invalidation><Id>I1</Id><Status>Completed</Status></Invalidation>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const settings = () => ({
  endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  region: 'eu-central-1',
  credentials: { accessKeyId: 'AKIAOWN', secretAccessKey: 'secret' },
  maxAttempts: 1,
});

describe('a role in another account', () => {
  test('signs a client’s calls, and is asked for once until its credentials expire', async () => {
    const client = new CloudFrontClient({
      ...settings(),
      credentials: assumedRole(role, 'takedowns', settings()),
    });
    for (const Id of ['I1', 'I2']) {
      await client.send(new GetInvalidationCommand({ DistributionId: 'E1', Id }));
    }
    client.destroy();
    expect(asked.map((form) => [form.get('RoleArn'), form.get('RoleSessionName')])).toEqual([
      [role, 'takedowns'],
    ]);
    expect(signers).toEqual([
      expect.stringContaining('Credential=ASIAOTHER/'),
      expect.stringContaining('Credential=ASIAOTHER/'),
    ]);
  });

  test('that may not be assumed is refused with STS’s words', async () => {
    status = 403;
    body = `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>`;
    await expect(assumedRole(role, 'takedowns', settings())()).rejects.toThrow(
      'not authorized to perform: sts:AssumeRole',
    );
  });

  test('without credentials is an error that names it', async () => {
    body = answer('');
    await expect(assumedRole(role, 'takedowns', settings())()).rejects.toThrow(
      `STS returned no credentials for ${role}.`,
    );
  });
});
