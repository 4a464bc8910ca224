import { expect, test } from '@jest/globals';
import { deleteChannels } from '../../../../lib/adapters/aws/teardown/channel-removal.ts';
import type { ManagedResource } from '../../../../lib/control/managed-channels/policy/channel-observations.ts';
import type { ManagedEncoder } from '../../../../lib/control/managed-channels/ports.ts';
import type { BroadcastId, StreamId } from '../../../../lib/routing/ids.ts';

const owner = {
  streamId: '0123456789abcdef' as StreamId,
  broadcastId: '01jd2k3m4n5p6q7r' as BroadcastId,
  askedAtMs: 0,
};
type Event = ManagedResource['event'];

/** MediaLive: whatever it is asked takes it until the next look, and it refuses to delete what is in use. */
function mediaLive(events: Record<string, Event>) {
  const next: Record<string, Event | 'gone'> = {};
  const calls: string[] = [];
  const isChannel = (id: string) => id.startsWith('channel');
  const encoder = {
    async list(): Promise<ManagedResource[]> {
      for (const [id, event] of Object.entries(next)) {
        if (event === 'gone') delete events[id];
        else events[id] = event;
        delete next[id];
      }
      return Object.entries(events).map(
        ([id, event]) =>
          ({ kind: isChannel(id) ? 'channel' : 'input', id, event, ...owner }) as ManagedResource,
      );
    },
    async stopChannel(id: string) {
      calls.push(`stop ${id}`);
      events[id] = 'channel-stopping';
      next[id] = 'channel-idle';
    },
    async deleteChannel(id: string) {
      if (events[id] === 'channel-running') throw new Error(`${id} is running`);
      calls.push(`delete ${id}`);
      next[id] = 'gone';
    },
    async deleteInput(id: string) {
      if (Object.keys(events).some(isChannel)) throw new Error(`${id} is attached`);
      calls.push(`delete ${id}`);
      next[id] = 'gone';
    },
  };
  return { encoder: encoder as unknown as ManagedEncoder, calls };
}

test('channels are stopped, then deleted, then their inputs', async () => {
  const { encoder, calls } = mediaLive({
    'channel-1': 'channel-running',
    'channel-2': 'channel-idle',
    'channel-3': 'channel-broken',
    'input-1': 'input-ready',
  });
  const said: string[] = [];
  await deleteChannels(encoder, { everyMs: 1, progress: (words) => void said.push(words) });
  expect(calls).toEqual([
    'stop channel-1',
    'delete channel-2',
    'delete channel-3',
    'delete channel-1',
    'delete input-1',
  ]);
  expect(said).toEqual(['3 channels and 1 inputs', '1 channels and 1 inputs', '0 channels and 1 inputs']);
});
