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
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudfront-keyvaluestore';
import type { EdgeDenials } from '../../../control/ports.ts';
import type { RetryPolicy } from '../../../retry/policy/backoff.ts';
import { retry } from '../../../retry/retry.ts';
import { clientSettings } from '../client-settings.ts';

/**
 * For one write against concurrent ones. Takedowns are rare, so this many conflicts in a row indicate a bug. The SDK retries
 * failed calls, but not conflicts.
 */
const whileOvertaken: RetryPolicy = { firstMs: 40, longestMs: 640, jitter: 0.5, tries: 8 };

export interface CloudFrontDenialsOptions {
  /** ARN of the key-value store that the edge function reads. */
  readonly keyValueStore: string;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: CloudFrontKeyValueStoreClientConfig;
}

/**
 * The denied streams, as keys of a CloudFront KeyValueStore; the function in front of every media behaviour looks them up.
 * Writes reach the edge within seconds. The whole store has a single ETag that every write must name; a write that loses a race
 * is retried.
 */
export function cloudFrontDenials({
  keyValueStore: KvsARN,
  client: config,
}: CloudFrontDenialsOptions): EdgeDenials {
  const settings = clientSettings({ timeoutMs: 3_000, tries: 3, maxConnections: 4 });
  const client = new CloudFrontKeyValueStoreClient({ ...settings, ...config });

  async function isDenied(Key: string): Promise<boolean> {
    try {
      await client.send(new GetKeyCommand({ KvsARN, Key }));
      return true;
    } catch (fault) {
      if (fault instanceof ResourceNotFoundException) return false;
      throw fault;
    }
  }

  async function write(send: (IfMatch: string) => Promise<unknown>): Promise<void> {
    const readAndWrite = async (): Promise<void> => {
      // Throws if the store does not exist, which must not be mistaken for a missing key.
      const { ETag = '' } = await client.send(new DescribeKeyValueStoreCommand({ KvsARN }));
      await send(ETag);
    };
    await retry(readAndWrite, whileOvertaken, { again: (fault) => fault instanceof ConflictException });
  }

  return {
    deny: (Key) =>
      // The value is for people inspecting the store.
      write((IfMatch) => client.send(new PutKeyCommand({ KvsARN, Key, Value: 'taken down', IfMatch }))),
    allow: (Key) =>
      write(async (IfMatch) => {
        try {
          await client.send(new DeleteKeyCommand({ KvsARN, Key, IfMatch }));
        } catch (fault) {
          if (!(fault instanceof ResourceNotFoundException)) throw fault;
        }
      }),
    isDenied,
  };
}
