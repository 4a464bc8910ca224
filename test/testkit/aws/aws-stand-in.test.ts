import * as cloudFront from '@aws-sdk/client-cloudfront';
import * as globalAccelerator from '@aws-sdk/client-global-accelerator';
import * as lambda from '@aws-sdk/client-lambda';
import * as mediaLive from '@aws-sdk/client-medialive';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  type AwsAnswer,
  type AwsCall,
  AwsFault,
  type AwsStandIn,
  startAwsStandIn,
} from '../../../testkit/aws/aws-stand-in.ts';
import type { WireFormat } from '../../../testkit/aws/aws-wire.ts';

let standIn: AwsStandIn;
async function start(client: object, format: WireFormat, answer: (call: AwsCall) => AwsAnswer) {
  standIn = await startAwsStandIn({ client, format, answer });
  return { ...standIn.settings, maxAttempts: 1 };
}
/** Whatever a test was about, the stand-in has been stopped; what it says then is the test's to judge. */
afterEach(() => standIn.stop().catch(() => {}));

const live = (answer: (call: AwsCall) => AwsAnswer) =>
  start(mediaLive, 'rest-json', answer).then((settings) => new mediaLive.MediaLiveClient(settings));
const edge = (answer: (call: AwsCall) => AwsAnswer) =>
  start(cloudFront, 'rest-xml', answer).then((settings) => new cloudFront.CloudFrontClient(settings));

const invalidation = {
  DistributionId: 'E1',
  InvalidationBatch: {
    CallerReference: 'once',
    Paths: { Quantity: 2, Items: ['/eu-central-1/a/*', '/eu-central-1/b/*'] },
  },
};

describe('a service of AWS that follows a script', () => {
  test('hears a JSON request as the command was made, and its answer is read as the script gave it', async () => {
    const startedAt = new Date('2026-11-22T20:00:00Z');
    const client = await live(() => ({ Input: { Id: 'i-1', Tags: { 'headwater:stream': 's' } } }));
    const input = {
      Name: 'n',
      Type: 'RTMP_PUSH',
      Destinations: [{ StreamName: 'live/key' }],
      Tags: { made: startedAt.toISOString() },
    } as const;
    const { Input } = await client.send(
      new mediaLive.CreateInputCommand({ ...input, Destinations: [...input.Destinations] }),
    );
    expect(Input).toEqual({ Id: 'i-1', Tags: { 'headwater:stream': 's' } });
    const [call] = standIn.calls;
    expect(call?.operation).toBe('CreateInput');
    // The SDK adds a token of its own, so that a retry makes nothing twice.
    expect(call?.input).toEqual({ ...input, RequestId: expect.any(String) });
    await standIn.stop();
  });

  test('hears a JSON RPC request, which is named by a header, and answers with its errors', async () => {
    const settings = await start(globalAccelerator, 'json-rpc', ({ operation }) =>
      operation === 'ListListeners'
        ? { Listeners: [{ ListenerArn: 'arn:listener' }] }
        : new AwsFault('EndpointGroupNotFoundException'),
    );
    const client = new globalAccelerator.GlobalAcceleratorClient(settings);
    const listed = await client.send(new globalAccelerator.ListListenersCommand({ AcceleratorArn: 'arn:a' }));
    expect(listed.Listeners).toEqual([{ ListenerArn: 'arn:listener' }]);
    const missing = client.send(
      new globalAccelerator.DeleteEndpointGroupCommand({ EndpointGroupArn: 'arn:g' }),
    );
    await expect(missing).rejects.toBeInstanceOf(globalAccelerator.EndpointGroupNotFoundException);
    expect(standIn.calls.map(({ operation, input }) => [operation, input])).toEqual([
      ['ListListeners', { AcceleratorArn: 'arn:a' }],
      ['DeleteEndpointGroup', { EndpointGroupArn: 'arn:g' }],
    ]);
    client.destroy();
    await standIn.stop();
  });

  test('hears an XML request, with its lists and numbers', async () => {
    const answer = {
      Id: 'I1',
      Status: 'InProgress',
      CreateTime: new Date('2026-11-22T20:00:00Z'),
      InvalidationBatch: invalidation.InvalidationBatch,
    };
    const client = await edge(() => ({ Location: 'https://x', Invalidation: answer }));
    const { Invalidation, Location } = await client.send(
      new cloudFront.CreateInvalidationCommand(invalidation),
    );
    expect({ Invalidation, Location }).toEqual({ Invalidation: answer, Location: 'https://x' });
    expect(standIn.calls[0]).toMatchObject({ operation: 'CreateInvalidation', input: invalidation });
    await standIn.stop();
  });

  test('hears bytes as bytes', async () => {
    const client = new lambda.LambdaClient(await start(lambda, 'rest-json', () => ({ StatusCode: 202 })));
    const command = new lambda.InvokeCommand({
      FunctionName: 'f',
      InvocationType: 'Event',
      Payload: '{"a":1}',
    });
    expect((await client.send(command)).StatusCode).toBe(202);
    expect(standIn.calls[0]?.input).toMatchObject({ FunctionName: 'f', InvocationType: 'Event' });
    expect(String(standIn.calls[0]?.input.Payload)).toBe('{"a":1}');
    await standIn.stop();
  });

  test('names faults so that the SDK knows them', async () => {
    const full = await edge(() => new AwsFault('TooManyInvalidationsInProgress', { message: 'a < b' }));
    await expect(full.send(new cloudFront.CreateInvalidationCommand(invalidation))).rejects.toMatchObject({
      name: 'TooManyInvalidationsInProgress',
      message: 'a < b',
      $metadata: { httpStatusCode: 400 },
    });
    await standIn.stop();
    const gone = await live(() => new AwsFault('NotFoundException'));
    await expect(gone.send(new mediaLive.DescribeChannelCommand({ ChannelId: '1' }))).rejects.toMatchObject({
      name: 'NotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
    await standIn.stop();
  });

  test('tells at its end of a request that lacks what the model asks for', async () => {
    const client = await edge(() => ({}));
    const { DistributionId } = invalidation;
    const command = new cloudFront.CreateInvalidationCommand({
      DistributionId,
      InvalidationBatch: { Paths: invalidation.InvalidationBatch.Paths } as never,
    });
    await expect(client.send(command)).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(standIn.stop()).rejects.toThrow(
      'CreateInvalidation.InvalidationBatch.CallerReference is missing',
    );
    expect(standIn.calls).toEqual([]);
  });

  test.each([
    ['a member that there is not', 'POST', '/prod/inputs', '{"nmae":"n"}', 'CreateInput.nmae is unknown'],
    ['a value of another kind', 'POST', '/prod/inputs', '{"name":7}', 'CreateInput.Name is not a string: 7'],
    ['a list where one thing is', 'POST', '/prod/inputs', '{"tags":["a"]}', 'CreateInput.Tags is not a map'],
    [
      'a fault deep inside',
      'POST',
      '/prod/inputs',
      '{"destinations":[{"streamName":true}]}',
      'CreateInput.Destinations[0].StreamName is not a string',
    ],
    ['a path that is nobody’s', 'POST', '/prod/imputs', '{}', 'POST /prod/imputs is not an operation'],
    [
      'a method that is not the path’s',
      'PATCH',
      '/prod/inputs',
      '{}',
      'PATCH /prod/inputs is not an operation',
    ],
  ])('tells at its end of %s', async (_, method, path, body, fault) => {
    const { endpoint } = await start(mediaLive, 'rest-json', () => ({}));
    const answer = await fetch(endpoint + path, { method, body, headers: { authorization: 'any' } });
    expect(answer.status).toBe(400);
    await expect(standIn.stop()).rejects.toThrow(fault);
  });

  test('tells at its end of a script that answers what no service would', async () => {
    const client = await live(() => ({ Inputs: [{ Id: 1 }] }));
    await expect(client.send(new mediaLive.ListInputsCommand({}))).rejects.toThrow();
    await expect(standIn.stop()).rejects.toThrow(
      'the response of ListInputs.Inputs[0].Id is not a string: 1',
    );
  });
});
