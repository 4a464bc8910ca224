import * as medialive from '@aws-sdk/client-medialive';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createMediaLiveEncoder } from '../../../../lib/adapters/aws/medialive/medialive-encoder.ts';
import { planChannel } from '../../../../lib/control/managed-channels/policy/channel-plan.ts';
import type { ManagedEncoder } from '../../../../lib/control/managed-channels/ports.ts';
import type { BroadcastId, StreamId } from '../../../../lib/routing/ids.ts';
import {
  type AwsAnswer,
  type AwsCall,
  AwsFault,
  type AwsStandIn,
  startAwsStandIn,
} from '../../../../testkit/aws/aws-stand-in.ts';

const owner = {
  streamId: '0123456789abcdef' as StreamId,
  broadcastId: '01jd2k3m4n5p6q7r' as BroadcastId,
};
const askedAtMs = Date.UTC(2026, 10, 22, 20, 0, 0);
const source = { width: 1920, height: 1080, frameRate: 59.94 };
const plan = planChannel(
  { ...owner, askedAtMs, source },
  { region: 'eu-central-1', channelClass: 'STANDARD' },
);
const around = {
  deployment: 'headwater',
  bucket: 'headwater-origin-1-eu-central-1',
  roleArn: 'arn:aws:iam::123456789012:role/channel',
  subnetIds: ['subnet-1', 'subnet-2'],
  securityGroupIds: ['sg-1'],
  tags: { team: 'Live events' },
};
const tags = {
  team: 'Live events',
  'headwater:deployment': 'headwater',
  'headwater:stream': owner.streamId,
  'headwater:broadcast': owner.broadcastId,
  'headwater:asked-at': '2026-11-22T20:00:00.000Z',
};

let standIn: AwsStandIn;
let encoder: ManagedEncoder & { close(): void };
afterEach(() => {
  encoder.close();
  return standIn.stop();
});

async function answering(answer: (call: AwsCall) => AwsAnswer): Promise<void> {
  standIn = await startAwsStandIn({ client: medialive, format: 'rest-json', answer });
  encoder = createMediaLiveEncoder({ around, client: { ...standIn.settings, maxAttempts: 1 } });
}

const input = (State: string, more: object = {}) => ({
  Id: '31',
  State,
  Tags: tags,
  Destinations: [{ Url: 'rtmp://10.0.0.4:1935/a/b-0' }, { Url: 'rtmp://10.0.1.4:1935/a/b-1' }],
  ...more,
});

describe('an input', () => {
  test('is asked for in our own network, with a stream name for each pipeline, by a request that can be sent again', async () => {
    await answering(() => ({ Input: input('CREATING') }));
    expect(await encoder.createInput(plan)).toEqual({
      id: '31',
      event: 'input-pending',
      endpoints: ['rtmp://10.0.0.4:1935/a/b-0', 'rtmp://10.0.1.4:1935/a/b-1'],
    });
    expect(standIn.calls[0]?.input).toEqual({
      Name: 'headwater-0123456789abcdef-01jd2k3m4n5p6q7r',
      RequestId: '01jd2k3m4n5p6q7r-input',
      Type: 'RTMP_PUSH',
      Destinations: [
        { StreamName: '0123456789abcdef/01jd2k3m4n5p6q7r-0' },
        { StreamName: '0123456789abcdef/01jd2k3m4n5p6q7r-1' },
      ],
      Vpc: { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: ['sg-1'] },
      RoleArn: around.roleArn,
      Tags: tags,
    });
  });

  test.each([
    ['CREATING', 'input-pending'],
    ['DETACHED', 'input-ready'],
    ['ATTACHED', 'input-ready'],
    ['DELETING', 'input-leaving'],
    ['DELETED', undefined],
  ])('that is %s is seen as %s', async (state, event) => {
    await answering(() => input(state));
    expect((await encoder.findInput(owner, '31'))?.event).toBe(event);
  });

  test('is found by its tags, on whatever page it is, and nobody else’s is taken for it', async () => {
    const others = [
      input('DETACHED', { Id: '1', Tags: { ...tags, 'headwater:deployment': 'other' } }),
      input('DETACHED', { Id: '2', Tags: {} }),
      input('DETACHED', { Id: '3', Tags: { ...tags, 'headwater:broadcast': 'another' } }),
    ];
    await answering(({ input: { NextToken } }) =>
      NextToken ? { Inputs: [input('DETACHED')] } : { Inputs: others, NextToken: 'more' },
    );
    expect(await encoder.findInput(owner)).toMatchObject({ id: '31', event: 'input-ready' });
  });
});

describe('a channel', () => {
  test.each([
    ['CREATING', 'channel-pending'],
    ['CREATE_FAILED', 'channel-broken'],
    ['IDLE', 'channel-idle'],
    ['STARTING', 'channel-starting'],
    ['RUNNING', 'channel-running'],
    ['RECOVERING', 'channel-running'],
    ['STOPPING', 'channel-stopping'],
    ['DELETING', 'channel-leaving'],
    ['DELETED', undefined],
    ['UPDATING', 'channel-pending'],
    ['UPDATE_FAILED', 'channel-broken'],
  ])('that is %s is seen as %s', async (state, event) => {
    await answering(() => ({ Id: '7', State: state }));
    expect((await encoder.findChannel(owner, '7'))?.event).toBe(event);
  });

  test('in a state that AWS adds one day is not taken for gone', async () => {
    await answering(() => ({ Id: '7', State: 'HIBERNATING' }));
    expect((await encoder.findChannel(owner, '7'))?.event).toBe('channel-pending');
  });

  test('is asked for with our ladder, two-second closed groups and names of its own', async () => {
    await answering(() => ({ Channel: { Id: '7', State: 'CREATING' } }));
    expect(await encoder.createChannel(plan, '31')).toEqual({ id: '7', event: 'channel-pending' });
    const request = standIn.calls[0]?.input as medialive.CreateChannelCommandInput;
    expect(request).toMatchObject({
      RequestId: '01jd2k3m4n5p6q7r-channel',
      ChannelClass: 'STANDARD',
      Tags: tags,
      RoleArn: around.roleArn,
      InputSpecification: { Codec: 'AVC', Resolution: 'HD', MaximumBitrate: 'MAX_20_MBPS' },
    });
    expect(request.InputAttachments?.map(({ InputId }) => InputId)).toEqual(['31']);
    const folder =
      's3ssl://headwater-origin-1-eu-central-1/eu-central-1/0123456789abcdef/01jd2k3m4n5p6q7r/managed';
    expect(request.Destinations?.[0]?.Settings).toEqual([
      { Url: `${folder}/0/index` },
      { Url: `${folder}/1/index` },
    ]);
    const settings = request.EncoderSettings;
    expect(settings?.VideoDescriptions?.map(({ Name, Width, Height }) => [Name, Width, Height])).toEqual([
      ['1080p', 1920, 1080],
      ['720p', 1280, 720],
      ['480p', 854, 480],
      ['360p', 640, 360],
    ]);
    const h264 = settings?.VideoDescriptions?.map(({ CodecSettings }) => CodecSettings?.H264Settings);
    for (const one of h264 ?? []) {
      expect(one).toMatchObject({
        GopSize: 2,
        GopSizeUnits: 'SECONDS',
        GopClosedCadence: 1,
        SceneChangeDetect: 'DISABLED',
        RateControlMode: 'CBR',
      });
    }
    expect(h264?.map((one) => one?.Bitrate)).toEqual([6_000_000, 3_500_000, 1_100_000, 600_000]);
    // 59.94 in: the upper rungs keep it, the lower ones take every second picture.
    expect(h264?.map((one) => [one?.FramerateNumerator, one?.FramerateDenominator])).toEqual([
      [60_000, 1_001],
      [60_000, 1_001],
      [30_000, 1_001],
      [30_000, 1_001],
    ]);
    const [group] = settings?.OutputGroups ?? [];
    expect(group?.OutputGroupSettings?.HlsGroupSettings).toMatchObject({
      Mode: 'VOD',
      SegmentLength: 2,
      HlsCdnSettings: { HlsS3Settings: {} },
      RedundantManifest: 'DISABLED',
    });
    const outputs = group?.Outputs?.map(({ OutputName, OutputSettings }) => ({
      name: OutputName,
      ...OutputSettings?.HlsOutputSettings,
    }));
    expect(outputs?.map(({ NameModifier }) => NameModifier)).toEqual([
      '-1080p-playlist',
      '-720p-playlist',
      '-480p-playlist',
      '-360p-playlist',
      '-audio-playlist',
    ]);
    expect(new Set(outputs?.map(({ SegmentModifier }) => SegmentModifier))).toEqual(new Set(['-$dt$']));
    expect(outputs?.at(-1)?.HlsSettings?.AudioOnlyHlsSettings?.SegmentType).toBe('FMP4');
    expect(outputs?.[0]?.HlsSettings?.Fmp4HlsSettings?.AudioRenditionSets).toBe(
      outputs?.at(-1)?.HlsSettings?.AudioOnlyHlsSettings?.AudioGroupId,
    );
    const [sound] = settings?.AudioDescriptions ?? [];
    expect(sound?.CodecSettings?.AacSettings).toMatchObject({ Bitrate: 128_000, SampleRate: 48_000 });
    expect(request.InputAttachments?.[0]?.InputSettings?.AudioSelectors?.map(({ Name }) => Name)).toEqual([
      sound?.AudioSelectorName,
    ]);
  });

  test('of one pipeline, for a source that is not known, takes over what comes in', async () => {
    await answering(() => ({ Channel: { Id: '7', State: 'CREATING' } }));
    const single = planChannel({ ...owner, askedAtMs }, { region: 'eu', channelClass: 'SINGLE_PIPELINE' });
    await encoder.createChannel(single, '31');
    const request = standIn.calls[0]?.input as medialive.CreateChannelCommandInput;
    expect(request.Destinations?.[0]?.Settings).toHaveLength(1);
    const h264 = request.EncoderSettings?.VideoDescriptions?.[0]?.CodecSettings?.H264Settings;
    expect(h264?.FramerateControl).toBe('INITIALIZE_FROM_SOURCE');
    expect(h264).not.toHaveProperty('FramerateNumerator');
  });

  test('is started, stopped and deleted by its id', async () => {
    await answering(({ operation }) => (operation === 'DeleteInput' ? {} : { Id: '7', State: 'STARTING' }));
    await encoder.startChannel('7');
    await encoder.stopChannel('7');
    await encoder.deleteChannel('7');
    await encoder.deleteInput('31');
    expect(standIn.calls.map(({ operation, input: given }) => [operation, given])).toEqual([
      ['StartChannel', { ChannelId: '7' }],
      ['StopChannel', { ChannelId: '7' }],
      ['DeleteChannel', { ChannelId: '7' }],
      ['DeleteInput', { InputId: '31' }],
    ]);
  });
});

describe('what is not there', () => {
  test('is not found, and need not be stopped or deleted', async () => {
    await answering(() => new AwsFault('NotFoundException', { message: 'no such thing' }));
    expect(await encoder.findChannel(owner, '7')).toBeUndefined();
    expect(await encoder.findInput(owner, '31')).toBeUndefined();
    await encoder.stopChannel('7');
    await encoder.deleteChannel('7');
    await encoder.deleteInput('31');
  });

  test('cannot be started', async () => {
    await answering(() => new AwsFault('NotFoundException', { message: 'no such thing' }));
    await expect(encoder.startChannel('7')).rejects.toMatchObject({ refusal: 'invalid' });
  });
});

describe('a refusal', () => {
  test.each([
    ['TooManyRequestsException', 'Account limit exceeded: 5 channels per region', 'quota'],
    ['TooManyRequestsException', 'LimitExceeded', 'quota'],
    ['TooManyRequestsException', 'Rate exceeded', 'trouble'],
    ['ForbiddenException', 'You have exceeded the maximum number of channels (5)', 'quota'],
    ['ForbiddenException', 'Your account is over quota for RTMP push inputs', 'quota'],
    ['ForbiddenException', 'Channel count has reached its limit', 'quota'],
    ['ForbiddenException', 'User is not authorized to perform: medialive:CreateInput', 'denied'],
    ['ForbiddenException', 'not allowed to pass the role', 'denied'],
    ['ConflictException', 'Input 31 is attached to a channel', 'conflict'],
    ['ConflictException', 'cannot start: channel is STOPPING', 'conflict'],
    ['BadRequestException', 'encoderSettings is not valid', 'invalid'],
    ['UnprocessableEntityException', 'GOP size is not a multiple of 1', 'invalid'],
    ['InternalServerErrorException', 'sorry', 'trouble'],
    ['BadGatewayException', 'sorry', 'trouble'],
    ['GatewayTimeoutException', 'sorry', 'trouble'],
  ])('%s: %s is %s', async (name, message, refusal) => {
    await answering(() => new AwsFault(name, { message }));
    await expect(encoder.createInput(plan)).rejects.toMatchObject({
      name: 'ManagedEncoderError',
      code: 'MANAGED_ENCODER_REFUSED',
      refusal,
      message: `MediaLive did not create an input: ${name}: ${message}`,
      cause: { name },
    });
  });

  test.each([
    ['ExpiredTokenException', 403, 'trouble'],
    ['AccessDeniedException', 403, 'denied'],
    ['ServiceQuotaExceededException', 402, 'quota'],
    ['LimitExceededException', 429, 'quota'],
    ['ThrottlingException', 400, 'trouble'],
  ])('%s (%i), which its model does not know, is %s', async (name, status, refusal) => {
    await answering(() => new AwsFault(name, { status, message: 'so it is' }));
    await expect(encoder.createInput(plan)).rejects.toMatchObject({ refusal });
  });

  test('is trouble where nobody answers', async () => {
    await answering(() => 'hang');
    encoder.close();
    encoder = createMediaLiveEncoder({
      around,
      client: {
        ...standIn.settings,
        maxAttempts: 1,
        requestHandler: { requestTimeout: 50, throwOnRequestTimeout: true },
      },
    });
    await expect(encoder.createInput(plan)).rejects.toMatchObject({ refusal: 'trouble' });
  });
});

test('all that is there of this deployment is listed with its owner, and nothing of others', async () => {
  await answering(({ operation }) =>
    operation === 'ListChannels'
      ? {
          Channels: [
            { Id: '7', State: 'RUNNING', Tags: tags },
            { Id: '8', State: 'RUNNING', Tags: { ...tags, 'headwater:deployment': 'other' } },
            { Id: '9', State: 'RUNNING' },
            { Id: '10', State: 'RUNNING', Tags: { ...tags, 'headwater:stream': '../x' } },
          ],
        }
      : { Inputs: [input('ATTACHED')] },
  );
  expect(await encoder.list()).toEqual([
    { kind: 'channel', ...owner, askedAtMs, id: '7', event: 'channel-running' },
    {
      kind: 'input',
      ...owner,
      askedAtMs,
      id: '31',
      event: 'input-ready',
      endpoints: ['rtmp://10.0.0.4:1935/a/b-0', 'rtmp://10.0.1.4:1935/a/b-1'],
    },
  ]);
});
