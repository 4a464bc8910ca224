import { describe, expect, test } from '@jest/globals';
import { driveChannels } from '../../../lib/control/managed-channels/drive-channels.ts';
import type { StreamId } from '../../../lib/routing/ids.ts';

const streamId = 'a1b2c3d4e5f6g7h8' as StreamId;

async function given(event: unknown): Promise<string[]> {
  const did: string[] = [];
  await driveChannels(event, {
    runner: {
      drive: async (id, patienceMs) => void did.push(`drive ${id} ${patienceMs}`),
      driveAll: async (patienceMs) => void did.push(`drive all ${patienceMs}`),
      ownerOf: async (channelId) => (channelId === '7' ? streamId : undefined),
    },
    sweep: async () => void did.push('sweep'),
    emit: (name, fields) => void did.push(`${name} ${JSON.stringify(fields)}`),
    patienceMs: 45_000,
  });
  return did;
}

const stateChange = (channel: string, state = 'RUNNING') => ({
  source: 'aws.medialive',
  'detail-type': 'MediaLive Channel State Change',
  detail: {
    channel_arn: `arn:aws:medialive:eu-central-1:1:channel:${channel}`,
    state,
    pipelines_running_count: 2,
  },
});

describe('an event', () => {
  test('of a channel drives the stream that has it', async () => {
    expect(await given(stateChange('7'))).toEqual([`drive ${streamId} 45000`]);
  });

  test('of a channel that no document names is ignored, and logged', async () => {
    const [line, ...more] = await given(stateChange('8'));
    expect(line).toMatch(/^managed.event.ignored .*channel 8/);
    expect(more).toEqual([]);
  });

  test('of ours drives its stream, once more if it comes once more', async () => {
    const event = { source: 'headwater', 'detail-type': 'managed.channel.starting', detail: { streamId } };
    expect(await given(event)).toEqual([`drive ${streamId} 45000`]);
    expect(await given(event)).toEqual([`drive ${streamId} 45000`]);
  });

  test('of the schedule looks for what is left over, then drives all', async () => {
    expect(await given({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} })).toEqual([
      'sweep',
      'drive all 45000',
    ]);
  });

  test.each([
    undefined,
    null,
    'text',
    {},
    { source: 'headwater', detail: { streamId: '../../etc' } },
    { source: 'headwater', detail: null },
    { source: 'aws.medialive', 'detail-type': 'MediaLive Channel State Change', detail: { channel_arn: 7 } },
    {
      source: 'aws.medialive',
      'detail-type': 'MediaLive Channel Alert',
      detail: { channel_arn: 'a:channel:7' },
    },
    { source: 'aws.s3', 'detail-type': 'Object Created', detail: {} },
  ])('that is none of ours is ignored: %j', async (event) => {
    expect(await given(event)).toEqual([expect.stringMatching(/^managed.event.ignored/)]);
  });
});
