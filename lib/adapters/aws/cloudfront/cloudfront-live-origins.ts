import { ResourceNotFoundException } from '@aws-sdk/client-cloudfront-keyvaluestore';
import {
  liveOriginKey,
  liveOriginText,
  readLiveOrigin,
} from '../../../edge/live-origins/policy/live-origin.ts';
import type { LiveOriginStore } from '../../../edge/live-origins/ports.ts';
import { KeyValueStore, type KeyValueStoreOptions } from './key-value-store.ts';

/** Live origins in the edge's key-value store. */
export function cloudFrontLiveOrigins(options: KeyValueStoreOptions): LiveOriginStore {
  const store = new KeyValueStore(options);
  return {
    read: async (region) => readLiveOrigin(await store.read(liveOriginKey(region))),
    async write(region, live) {
      try {
        await store.edit(liveOriginKey(region), () => (live ? liveOriginText(live) : ''));
      } catch (fault) {
        // With the edge stack, everything in it is gone, too.
        if (live || !(fault instanceof ResourceNotFoundException)) throw fault;
      }
    },
  };
}
