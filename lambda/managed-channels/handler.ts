// Drives the managed channels: on MediaLive's events, on stream events, and once a minute.
import { setTimeout as pause } from 'node:timers/promises';
import { createMediaLiveEncoder } from '../../lib/adapters/aws/medialive/medialive-encoder.ts';
import { openControlStore } from '../../lib/adapters/control-stores.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { openOrigin } from '../../lib/adapters/object-stores.ts';
import { readLadder } from '../../lib/config/ladder.ts';
import { splitLocation } from '../../lib/config/locations.ts';
import { ChannelIndexWriter } from '../../lib/control/managed-channels/channel-index-writer.ts';
import { sweepOrphans } from '../../lib/control/managed-channels/channel-orphans.ts';
import { ChannelRunner } from '../../lib/control/managed-channels/channel-runner.ts';
import { driveChannels } from '../../lib/control/managed-channels/drive-channels.ts';
import {
  managedChannelsFunctionCodec,
  readTags,
} from '../../lib/control/managed-channels/managed-channels-config.ts';

/** Less than the function's timeout of one minute. */
const patienceMs = 45_000;

export const handler = await startFunction({
  codec: managedChannelsFunctionCodec,
  role: 'control',
  name: 'managed-channels',
  async start(config, emit) {
    const { region, channelClass } = config;
    const store = await openControlStore(config.controlStore, config);
    const index = new ChannelIndexWriter(await openOrigin(config.origin, undefined), region);
    const encoder = createMediaLiveEncoder({
      around: {
        deployment: config.deployment,
        bucket: splitLocation(config.origin).rest,
        roleArn: config.channelRole,
        subnetIds: config.channelSubnets,
        securityGroupIds: config.channelSecurityGroups,
        ...(config.tags && { tags: readTags(config.tags) }),
      },
    });
    const plan = { region, channelClass, ...(config.ladder && { ladder: readLadder(config.ladder) }) };
    const wallMs = () => Date.now();
    const runner = new ChannelRunner({ store, encoder, index, plan, emit, wallMs, pause });
    const sweep = () => sweepOrphans({ store, encoder, plan, emit, wallMs });
    return (event: unknown) => driveChannels(event, { runner, sweep, emit, patienceMs });
  },
});
