import type { ManagedEncoder } from '../../../control/managed-channels/ports.ts';
import { type Waiting, waitUntilGone } from './waiting.ts';

/** A channel takes minutes to stop, and an input can only be deleted once no channel has it. */
const limitMs = 15 * 60_000;

/** Stops and deletes all of the deployment's channels and inputs. */
export async function deleteChannels(encoder: ManagedEncoder, waiting: Waiting): Promise<void> {
  await waitUntilGone(
    async () => {
      const left = await encoder.list();
      const channels = left.filter(({ kind }) => kind === 'channel');
      for (const { kind, id, event } of left) {
        if (event === 'channel-running' || event === 'channel-starting') await encoder.stopChannel(id);
        if (event === 'channel-idle' || event === 'channel-broken') await encoder.deleteChannel(id);
        if (kind === 'input' && event === 'input-ready' && channels.length === 0)
          await encoder.deleteInput(id);
      }
      return left.length === 0
        ? undefined
        : `${channels.length} channels and ${left.length - channels.length} inputs`;
    },
    { ...waiting, limitMs },
  );
}
