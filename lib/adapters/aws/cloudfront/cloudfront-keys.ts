import { paginateListKeys, UpdateKeysCommand } from '@aws-sdk/client-cloudfront-keyvaluestore';
import type { EdgeKeys } from '../../../control/playback/ports.ts';
import { revokedKey, signingKeysKey } from '../../../edge/policy/access/playback.ts';
import { sessionExpiryMs } from '../../../edge/policy/access/playback-token.ts';
import { KeyValueStore, type KeyValueStoreOptions } from './key-value-store.ts';

/** CloudFront's limit for one update. */
const keysPerUpdate = 50;

/** The signing keys of regions in a CloudFront KeyValueStore, and the removal of what has expired there. */
export function cloudFrontKeys(options: KeyValueStoreOptions): EdgeKeys {
  const store = new KeyValueStore(options);
  const { client, arn: KvsARN } = store;

  return {
    putKeys: (region, keys) => store.edit(signingKeysKey(region), () => keys),
    async removeExpired(region, nowMs) {
      const prefix = revokedKey(region, '');
      const expired: string[] = [];
      for await (const { Items = [] } of paginateListKeys({ client }, { KvsARN, MaxResults: 50 })) {
        for (const { Key = '' } of Items) {
          const session = Key.slice(Key.lastIndexOf('/') + 1);
          if (Key.startsWith(prefix) && sessionExpiryMs(session) <= nowMs) expired.push(Key);
        }
      }
      for (let from = 0; from < expired.length; from += keysPerUpdate) {
        const Deletes = expired.slice(from, from + keysPerUpdate).map((Key) => ({ Key }));
        await store.write((IfMatch) => client.send(new UpdateKeysCommand({ KvsARN, IfMatch, Deletes })));
      }
      return expired.length;
    },
  };
}
