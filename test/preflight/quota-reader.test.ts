import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readQuotas } from '../../preflight/aws/quotas.ts';
import type { QuotaNeed } from '../../preflight/policy/quota-needs.ts';

/** What Service Quotas has in this file: defaults on two pages, and one value of the account's own. */
const pages = [
  [
    { QuotaCode: 'L-1', QuotaName: 'Requests per second', Value: 250_000 },
    { QuotaCode: 'L-2', QuotaName: 'Requests per second per distribution', Value: 250_000 },
  ],
  [{ QuotaCode: 'L-3', QuotaName: 'Cache behaviors per distribution', Value: 75 }],
];
const applied: Readonly<Record<string, number>> = { 'L-2': 400_000 };

interface Call {
  readonly operation: string;
  readonly ServiceCode: string;
  readonly QuotaCode?: string;
  readonly NextToken?: string;
}
const calls: Call[] = [];

/** An answer, or the name of an error. */
function answer({ operation, ServiceCode, QuotaCode = '', NextToken }: Call): object | string {
  if (ServiceCode === 'secret') return 'AccessDeniedException';
  if (ServiceCode !== 'cloudfront') return 'NoSuchResourceException';
  if (operation === 'GetServiceQuota') {
    const Value = applied[QuotaCode];
    return Value === undefined ? 'NoSuchResourceException' : { Quota: { QuotaCode, Value } };
  }
  return NextToken === undefined ? { Quotas: pages[0], NextToken: 'next' } : { Quotas: pages[1] };
}

let server: Server;
const before = { ...process.env };
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const call: Call = { operation, ...JSON.parse(Buffer.concat(chunks).toString()) };
    calls.push(call);
    const body = answer(call);
    const fault = typeof body === 'string';
    response.writeHead(fault ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(fault ? { __type: body, message: operation } : body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
});
afterAll(() => {
  process.env = before;
  server.closeAllConnections();
  server.close();
});

const need = (quota: QuotaNeed['quota'], service = 'cloudfront'): QuotaNeed => ({
  ...{ name: 'a quota', region: 'us-east-1', service, quota, least: 1 },
});

test('the account’s own value counts, otherwise AWS’s default, by code or by name, on any page', async () => {
  const found = await readQuotas([
    need(/^requests per second per distribution/i),
    need(/^cache behaviors/i),
    need('L-2'),
    need('L-1'),
    need(/^no such quota/i),
    need('L-1', 'unlisted'),
    need(/^any/, 'unlisted'),
  ]);
  expect(found.map((quota) => quota.found)).toEqual([
    { value: { code: 'L-2', value: 400_000 } },
    { value: { code: 'L-3', value: 75 } },
    { value: { code: 'L-2', value: 400_000 } },
    { value: { code: 'L-1', value: 250_000 } },
    { value: undefined },
    { value: undefined },
    { value: undefined },
  ]);
  // A service's list is read once.
  const lists = calls.filter(
    ({ operation, ServiceCode }) => operation.startsWith('List') && ServiceCode === 'cloudfront',
  );
  expect(lists.map(({ NextToken }) => NextToken)).toEqual([undefined, 'next']);
});

test('a refusal names the call that was refused', async () => {
  const found = await readQuotas([need('L-1', 'secret'), need(/^any/, 'secret')]);
  expect(found.map((quota) => quota.found)).toEqual([
    { unread: expect.objectContaining({ call: 'servicequotas:GetServiceQuota', denied: true }) },
    { unread: expect.objectContaining({ call: 'servicequotas:ListAWSDefaultServiceQuotas', denied: true }) },
  ]);
});
