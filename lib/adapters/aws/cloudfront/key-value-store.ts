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
import type { RetryPolicy } from '../../../retry/policy/backoff.ts';
import { retry } from '../../../retry/retry.ts';
import { clientSettings } from '../client-settings.ts';

/**
 * For one write against concurrent ones. Writes are rare, so this many conflicts in a row indicate a bug. The SDK retries failed
 * calls, but not conflicts.
 */
const whileOvertaken: RetryPolicy = { firstMs: 40, longestMs: 640, jitter: 0.5, tries: 8 };

export interface KeyValueStoreOptions {
  /** ARN of the key-value store that the edge function reads. */
  readonly keyValueStore: string;
  /** Overrides for settings the SDK would take from the environment. */
  readonly client?: CloudFrontKeyValueStoreClientConfig;
}

/**
 * A CloudFront KeyValueStore, whose writes reach the edge within seconds. The whole store has a single ETag that every write must
 * name; a write that loses a race reads and writes again.
 */
export class KeyValueStore {
  readonly client: CloudFrontKeyValueStoreClient;
  readonly arn: string;

  constructor({ keyValueStore, client: config }: KeyValueStoreOptions) {
    const settings = clientSettings({ timeoutMs: 3_000, tries: 3, maxConnections: 4 });
    this.client = new CloudFrontKeyValueStoreClient({ ...settings, ...config });
    this.arn = keyValueStore;
  }

  /** Empty if there is no such key. */
  async read(Key: string): Promise<string> {
    try {
      const { Value = '' } = await this.client.send(new GetKeyCommand({ KvsARN: this.arn, Key }));
      return Value;
    } catch (fault) {
      if (fault instanceof ResourceNotFoundException) return '';
      throw fault;
    }
  }

  /** `edit`: the new value for the stored one; an empty one is no key. */
  edit(Key: string, edit: (value: string) => string): Promise<void> {
    return this.write(async (IfMatch) => {
      const before = await this.read(Key);
      const Value = edit(before);
      if (Value === before) return;
      const about = { KvsARN: this.arn, Key, IfMatch };
      if (Value !== '') await this.client.send(new PutKeyCommand({ ...about, Value }));
      else await this.client.send(new DeleteKeyCommand(about));
    });
  }

  /** Sends a write under the store's current ETag, and once more under the next one if another came first. */
  write(send: (IfMatch: string) => Promise<unknown>): Promise<void> {
    const readAndWrite = async (): Promise<void> => {
      // Throws if the store does not exist, which must not be mistaken for a missing key. Read before any value, so that a write in
      // between makes ours fail.
      const { ETag = '' } = await this.client.send(new DescribeKeyValueStoreCommand({ KvsARN: this.arn }));
      await send(ETag);
    };
    return retry(readAndWrite, whileOvertaken, { again: (fault) => fault instanceof ConflictException });
  }
}
