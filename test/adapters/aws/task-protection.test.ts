import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ecsTaskProtection } from '../../../lib/adapters/aws/task-protection.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: unknown;
}

let agent: Server;
let asked: Asked[];
let answer: { status: number; body: string };
beforeEach(async () => {
  asked = [];
  agent = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    asked.push({ method: request.method, url: request.url, body: JSON.parse(body) });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  });
  await new Promise<void>((up) => agent.listen(0, '127.0.0.1', up));
});
afterEach(() => {
  agent.closeAllConnections();
  return new Promise((closed) => agent.close(closed));
});

const uri = () => `http://127.0.0.1:${(agent.address() as AddressInfo).port}/api/task-id`;
const answers = (body: object, status = 200) => {
  answer = { status, body: JSON.stringify(body) };
};
const arn = 'arn:aws:ecs:eu-central-1:111122223333:task/headwater/0123';

describe("the ECS agent's task protection", () => {
  test('is asked for in whole minutes, rounded up', async () => {
    answers({
      protection: { ProtectionEnabled: true, TaskArn: arn, ExpirationDate: '2026-11-22T18:00:00Z' },
    });
    await ecsTaskProtection(uri()).hold(90_000);
    expect(asked).toEqual([
      {
        method: 'PUT',
        url: '/api/task-id/task-protection/v1/state',
        body: { ProtectionEnabled: true, ExpiresInMinutes: 2 },
      },
    ]);
  });

  test('is given back', async () => {
    answers({ protection: { ProtectionEnabled: false, TaskArn: arn, ExpirationDate: null } });
    await ecsTaskProtection(uri()).release();
    expect(asked).toMatchObject([{ body: { ProtectionEnabled: false } }]);
  });

  test.each([
    [{ failure: { Arn: arn, Reason: 'TASK_NOT_VALID', Detail: null } }, 200, 'TASK_NOT_VALID'],
    [{ error: { Arn: arn, Code: 'AccessDeniedException', Message: 'no' } }, 400, 'AccessDeniedException'],
    [{ protection: { ProtectionEnabled: false, TaskArn: arn } }, 200, 'unknown response'],
    [{}, 500, 'unknown response'],
  ])('that is not granted is an error with the reason: %j', async (body, status, reason) => {
    answers(body, status);
    await expect(ecsTaskProtection(uri()).hold(60_000)).rejects.toMatchObject({
      code: 'TASK_PROTECTION_REFUSED',
      reason,
    });
  });

  test('that cannot be asked for is an error with its cause', async () => {
    answer = { status: 200, body: 'not JSON' };
    const refused = ecsTaskProtection(uri()).hold(60_000);
    await expect(refused).rejects.toMatchObject({
      reason: 'the agent did not respond',
      cause: expect.anything(),
    });
  });
});
