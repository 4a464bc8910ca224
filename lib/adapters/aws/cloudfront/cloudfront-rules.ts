// The store's endpoint requires SigV4A; importing the SDK's signer registers it.
import '@aws-sdk/signature-v4a';
import {
  CloudFrontKeyValueStoreClient,
  type CloudFrontKeyValueStoreClientConfig,
  ConflictException,
  DeleteKeyCommand,
  DescribeKeyValueStoreCommand,
  GetKeyCommand,
  PutKeyCommand,
  paginateListKeys,
  ResourceNotFoundException,
  UpdateKeysCommand,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import type { EdgeKeys } from '../../../control/playback/ports.ts';
import type { EdgeDenials, EdgePlayback } from '../../../control/ports.ts';
import {
  type EdgeEntry,
  formatEntry,
  parseEntry,
  revokedKey,
  signingKeysKey,
} from '../../../edge/policy/playback.ts';
import { sessionExpiryMs } from '../../../edge/policy/playback-token.ts';
import type { RetryPolicy } from '../../../retry/policy/backoff.ts';
import { retry } from '../../../retry/retry.ts';
import { clientSettings } from '../client-settings.ts';

/**
 * For one write against concurrent ones. Writes are rare, so this many conflicts in a row indicate a bug. The SDK retries failed
 * calls, but not conflicts.
 */
const whileOvertaken: RetryPolicy = { firstMs: 40, longestMs: 640, jitter: 0.5, tries: 8 };
/** CloudFront's limit for one update. */
const keysPerUpdate = 50;

export interface CloudFrontRulesOptions {
  /** ARN of the key-value store that the edge function reads. */
  readonly keyValueStore: string;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: CloudFrontKeyValueStoreClientConfig;
}

/**
 * The edge's rules, as keys of a CloudFront KeyValueStore; the function in front of every media behaviour looks them up. Writes reach
 * the edge within seconds. The whole store has a single ETag that every write must name; a write that loses a race reads and writes
 * again, so that a takedown and a change of the playback of one stream both stay in its entry.
 */
export function cloudFrontRules({
  keyValueStore: KvsARN,
  client: config,
}: CloudFrontRulesOptions): EdgeDenials & EdgePlayback & EdgeKeys {
  const settings = clientSettings({ timeoutMs: 3_000, tries: 3, maxConnections: 4 });
  const client = new CloudFrontKeyValueStoreClient({ ...settings, ...config });

  async function read(Key: string): Promise<string> {
    try {
      const { Value = '' } = await client.send(new GetKeyCommand({ KvsARN, Key }));
      return Value;
    } catch (fault) {
      if (fault instanceof ResourceNotFoundException) return '';
      throw fault;
    }
  }

  /** `edit`: the new value for the stored one; both are empty if there is no such key. */
  async function write(Key: string, edit: (value: string) => string): Promise<void> {
    const readAndWrite = async (): Promise<void> => {
      // Throws if the store does not exist, which must not be mistaken for a missing key. Read before the value, so that a write in
      // between makes ours fail.
      const { ETag: IfMatch = '' } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN }));
      const before = await read(Key);
      const Value = edit(before);
      if (Value === before) return;
      if (Value !== '') await client.send(new PutKeyCommand({ KvsARN, Key, Value, IfMatch }));
      else await client.send(new DeleteKeyCommand({ KvsARN, Key, IfMatch }));
    };
    await retry(readAndWrite, whileOvertaken, { again: (fault) => fault instanceof ConflictException });
  }

  const editEntry = (path: string, change: EdgeEntry): Promise<void> =>
    write(path, (value) => formatEntry({ ...parseEntry(value), ...change }));

  return {
    deny: (path) => editEntry(path, { denied: true }),
    allow: (path) => editEntry(path, { denied: false }),
    isDenied: async (path) => parseEntry(await read(path)).denied === true,
    setPlayback: (path, { mode, notBeforeMs }) => editEntry(path, { mode, notBeforeMs }),
    // The value is for people inspecting the store.
    revoke: (path, session) => write(revokedKey(path, session), () => 'revoked'),
    putKeys: (region, keys) => write(signingKeysKey(region), () => keys),
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
        const remove = async (): Promise<void> => {
          const { ETag: IfMatch = '' } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN }));
          await client.send(new UpdateKeysCommand({ KvsARN, IfMatch, Deletes }));
        };
        await retry(remove, whileOvertaken, { again: (fault) => fault instanceof ConflictException });
      }
      return expired.length;
    },
  };
}
