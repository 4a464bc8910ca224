import * as lambda from '@aws-sdk/client-lambda';
import { afterEach, expect, test } from '@jest/globals';
import { functionCall } from '../../../lib/adapters/aws/function-call.ts';
import {
  type AwsAnswer,
  AwsFault,
  type AwsStandIn,
  startAwsStandIn,
} from '../../../testkit/aws/aws-stand-in.ts';

let standIn: AwsStandIn;
afterEach(() => standIn.stop());

async function callOn(answer: AwsAnswer) {
  standIn = await startAwsStandIn({ client: lambda, format: 'rest-json', answer: () => answer });
  return functionCall({ functionName: 'takedowns', client: { ...standIn.settings, maxAttempts: 1 } });
}

test('a function is given its event, and not waited for', async () => {
  const call = await callOn({ StatusCode: 202 });
  await call({ streamId: '0123456789abcdef' });
  const [{ operation, input } = { operation: '', input: {} }] = standIn.calls;
  expect(operation).toBe('Invoke');
  expect(input).toMatchObject({ FunctionName: 'takedowns', InvocationType: 'Event' });
  expect(JSON.parse(String(input.Payload))).toEqual({ streamId: '0123456789abcdef' });
});

test('an event that Lambda does not take is a fault', async () => {
  const call = await callOn(new AwsFault('TooManyRequestsException'));
  await expect(call({})).rejects.toMatchObject({ name: 'TooManyRequestsException' });
});
