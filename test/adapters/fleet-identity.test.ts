import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { describeEcsTask } from '../../lib/adapters/aws/ecs-task.ts';
import { identified } from '../../lib/adapters/fleet-identity.ts';
import type { MemberId } from '../../lib/routing/ids.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A stand-in for the task metadata endpoint. */
async function metadata(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/0123-456`;
}

const task = (networks: object[] = [{ NetworkMode: 'awsvpc', IPv4Addresses: ['10.0.2.106'] }]) => ({
  Cluster: 'headwater-eu-west-1',
  TaskARN: 'arn:aws:ecs:eu-west-1:123456789012:task/headwater/158d1c8083dd49d6b527399fd6414f5c',
  Family: 'encoder',
  AvailabilityZone: 'eu-west-1b',
  Containers: [{ Name: 'sidecar' }, { Name: 'worker', Networks: networks }],
});

const answering =
  (body: object): RequestListener =>
  ({ url }, response) =>
    response.writeHead(url === '/v4/0123-456/task' ? 200 : 404).end(JSON.stringify(body));

const everywhere = { host: '0.0.0.0' };
const memberId = 'encoder-1' as MemberId;

describe('a member of a fleet', () => {
  test('is who and where it was told', async () => {
    expect(await identified('encoder', { memberId, host: '127.0.0.1' })).toMatchObject({
      memberId,
      advertisedHost: '127.0.0.1',
    });
    expect(
      await identified('encoder', { memberId, ...everywhere, advertisedHost: '10.0.0.9' }),
    ).toMatchObject({
      host: '0.0.0.0',
      advertisedHost: '10.0.0.9',
    });
  });

  test('is, where it was told nothing, the ECS task that it runs in', async () => {
    const taskMetadataUri = await metadata(answering(task()));
    expect(await identified('encoder', { ...everywhere, taskMetadataUri })).toMatchObject({
      memberId: 'encoder-158d1c8083dd',
      host: '0.0.0.0',
      advertisedHost: '10.0.2.106',
    });
    expect(await identified('ingest', { memberId, ...everywhere, taskMetadataUri })).toMatchObject({
      memberId,
      advertisedHost: '10.0.2.106',
    });
  });

  test('is not asked of ECS where it was told all', async () => {
    const taskMetadataUri = 'http://127.0.0.1:1/v4';
    expect(await identified('encoder', { memberId, host: '10.0.0.7', taskMetadataUri })).toMatchObject({
      advertisedHost: '10.0.0.7',
    });
  });

  test('without a name, or listening everywhere without an address, is a fault that says what to set', async () => {
    const mend = expect.stringContaining('HEADWATER_ADVERTISED_HOST');
    const fault = { code: 'FLEET_IDENTITY_UNKNOWN', mend };
    await expect(identified('encoder', { host: '127.0.0.1' })).rejects.toMatchObject(fault);
    await expect(identified('encoder', { memberId, host: '::' })).rejects.toMatchObject(fault);
    const taskMetadataUri = await metadata(answering(task([])));
    await expect(identified('encoder', { ...everywhere, taskMetadataUri })).rejects.toMatchObject(fault);
  });
});

describe('the task metadata endpoint', () => {
  const soon = { firstMs: 1, longestMs: 4, jitter: 0, tries: 4 };
  test('is asked again while it is not ready', async () => {
    let asked = 0;
    const uri = await metadata((request, response) => {
      if (++asked < 3) response.writeHead(503).end();
      else answering(task())(request, response);
    });
    expect(await describeEcsTask(uri, soon)).toMatchObject({ address: '10.0.2.106' });
    expect(asked).toBe(3);
  });

  test.each<[string, RequestListener]>([
    ['fails', (_, response) => response.writeHead(500).end()],
    ['is not JSON', (_, response) => response.end('<html>')],
    ['has no task', (_, response) => response.end('{"TaskARN":"x"}')],
  ])('an answer that %s is a typed fault in the end', async (_, answer) => {
    await expect(describeEcsTask(await metadata(answer), soon)).rejects.toMatchObject({
      code: 'ECS_TASK_UNKNOWN',
      mend: expect.stringContaining('HEADWATER_MEMBER_ID'),
    });
  });
});
