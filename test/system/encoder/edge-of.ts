import { listenFetch } from '../../../lib/adapters/node/http/fetch-server.ts';
import { broadcastPrefix } from '../../../lib/object-store/object-names.ts';
import { OriginHandler } from '../../../lib/origin/http.ts';
import type { EncoderHarness } from '../../../testkit/harness/encoder-harness.ts';
import { startLiveOrigin, startShield, startTier } from '../../edge/tiers.ts';

export interface EdgeOf extends AsyncDisposable {
  readonly url: string;
  /** The URL of the newest broadcast. */
  folder(): Promise<string>;
}

/** What viewers get of the stream: through the live origin from the worker, or from the origin that it writes to. */
export async function edgeOf({ objects, streamId, store }: EncoderHarness): Promise<EdgeOf> {
  const handler = new OriginHandler({ store: objects, token: 'a-token-for-tests-0123', emit: () => {} });
  const origin = await listenFetch({ fetch: handler.fetch, host: '127.0.0.1', port: 0 });
  const liveOrigin = await startLiveOrigin(store, () => '');
  const shield = await startShield(liveOrigin.url, `http://127.0.0.1:${origin.port}`);
  const edge = await startTier('edge', shield.url);
  return {
    url: edge.url,
    async folder() {
      const { id } = (await store.latestBroadcast(streamId))!;
      return `${edge.url}/${broadcastPrefix('local', streamId, id)}`;
    },
    async [Symbol.asyncDispose]() {
      for (const tier of [edge, shield, liveOrigin]) await tier.close();
      await origin.close(100);
    },
  };
}
