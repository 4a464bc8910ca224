import * as kvs from '@aws-sdk/client-cloudfront-keyvaluestore';
import { afterEach, describe, expect, test } from '@jest/globals';
import { cloudFrontKeys } from '../../../../lib/adapters/aws/cloudfront/cloudfront-keys.ts';
import { cloudFrontRules } from '../../../../lib/adapters/aws/cloudfront/cloudfront-rules.ts';
import { base36Ms } from '../../../../lib/edge/policy/access/playback-token.ts';
import {
  type AwsAnswer,
  type AwsCall,
  AwsFault,
  type AwsStandIn,
  startAwsStandIn,
} from '../../../../testkit/aws/aws-stand-in.ts';

const keyValueStore = 'arn:aws:cloudfront::111122223333:key-value-store/0f0e-1d';
const path = 'eu-central-1/0123456789abcdef';

let standIn: AwsStandIn;
afterEach(() => standIn.stop());

/** A store as CloudFront keeps it: one ETag for all of it, which each write names and changes. `answer` goes first. */
async function store(answer: (call: AwsCall) => AwsAnswer | undefined = () => undefined) {
  const keys = new Map<string, string>();
  let revision = 1;
  const about = () => ({ ItemCount: keys.size, TotalSizeInBytes: 100 });
  standIn = await startAwsStandIn({
    client: kvs,
    format: 'rest-json',
    answer(call) {
      const { operation, input } = call;
      const said = answer(call);
      if (said !== undefined) return said;
      if (operation === 'DescribeKeyValueStore') {
        return { ...about(), KvsARN: input.KvsARN, Created: new Date(), ETag: `E${revision}` };
      }
      if (operation === 'GetKey') {
        const Value = keys.get(input.Key);
        return Value === undefined
          ? new AwsFault('ResourceNotFoundException')
          : { ...about(), Key: input.Key, Value };
      }
      if (operation === 'ListKeys') {
        const all = [...keys].sort();
        const from = Number(input.NextToken ?? 0);
        const Items = all.slice(from, from + 2).map(([Key, Value]) => ({ Key, Value }));
        return { Items, ...(from + 2 < all.length && { NextToken: String(from + 2) }) };
      }
      if (input.IfMatch !== `E${revision}`) return new AwsFault('ConflictException');
      if (operation === 'DeleteKey' && !keys.delete(input.Key)) {
        return new AwsFault('ResourceNotFoundException');
      }
      if (operation === 'PutKey') keys.set(input.Key, input.Value);
      if (operation === 'UpdateKeys') for (const { Key } of input.Deletes) keys.delete(Key);
      revision++;
      return { ...about(), ETag: `E${revision}` };
    },
  });
  const { endpoint, ...settings } = standIn.settings;
  const options = {
    keyValueStore,
    client: {
      ...settings,
      // The client puts the account before it.
      endpoint: endpoint.replace('127.0.0.1', 'stand-in.test'),
      requestHandler: { httpAgent: standIn.agent, requestTimeout: 1_000 },
      maxAttempts: 1,
    },
  };
  const [denials, edgeKeys] = [cloudFrontRules(options), cloudFrontKeys(options)];
  return { denials, edgeKeys, keys, change: () => revision++ };
}
const operations = () => standIn.calls.map(({ operation }) => operation);

describe('what CloudFront denies', () => {
  test('is a key of the store, put under the ETag that the store has', async () => {
    const { denials, keys } = await store();
    expect(await denials.isDenied(path)).toBe(false);
    await denials.deny(path);
    expect([...keys.keys()]).toEqual([path]);
    expect(await denials.isDenied(path)).toBe(true);
    const put = standIn.calls.find(({ operation }) => operation === 'PutKey');
    expect(put?.input).toMatchObject({ KvsARN: keyValueStore, Key: path, IfMatch: 'E1' });
  });

  test('is asked of the account’s own endpoint, signed for every region', async () => {
    const { denials } = await store();
    await denials.deny(path);
    for (const { headers } of standIn.calls) {
      expect(headers.host).toMatch(/^111122223333\.stand-in\.test/);
      expect(headers.authorization).toMatch(
        /^AWS4-ECDSA-P256-SHA256 .*cloudfront-keyvaluestore\/aws4_request/,
      );
      expect(headers['x-amz-region-set']).toBe('*');
    }
  });

  test('may be denied twice, and allowed twice', async () => {
    const { denials, keys } = await store();
    await denials.deny(path);
    await denials.deny(path);
    await denials.allow(path);
    await denials.allow(path);
    expect(keys.size).toBe(0);
    expect(await denials.isDenied(path)).toBe(false);
  });

  test('is written again under the new ETag where another write came first', async () => {
    let lost = 0;
    const { denials, keys, change } = await store(({ operation }) => {
      if (operation === 'PutKey' && lost < 3) {
        lost++;
        change();
      }
      return undefined;
    });
    await denials.deny(path);
    expect([...keys.keys()]).toEqual([path]);
    expect(
      standIn.calls.flatMap(({ operation, input }) => (operation === 'PutKey' ? [input.IfMatch] : [])),
    ).toEqual(['E1', 'E2', 'E3', 'E4']);
  });

  test('is all there after many writes at once', async () => {
    const { denials, keys } = await store();
    const paths = ['a', 'b', 'c', 'd'].map((stream) => `eu-central-1/${stream}`);
    await Promise.all(paths.map((each) => denials.deny(each)));
    expect([...keys.keys()].toSorted()).toEqual(paths);
  });

  test('is given up where every write loses, and says so', async () => {
    const { denials } = await store(({ operation }) =>
      operation === 'DeleteKey' ? new AwsFault('ConflictException') : undefined,
    );
    await denials.deny(path);
    await expect(denials.allow(path)).rejects.toMatchObject({ name: 'ConflictException' });
    expect(operations().filter((operation) => operation === 'DeleteKey')).toHaveLength(8);
  });

  test.each(['deny', 'allow'] as const)('a store that is not there is no success of %s', async (what) => {
    const { denials } = await store(() => new AwsFault('ResourceNotFoundException'));
    await expect(denials[what](path)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('a refused role is a fault, and not an answer', async () => {
    const { denials } = await store(() => new AwsFault('AccessDeniedException'));
    await expect(denials.isDenied(path)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('who may watch at CloudFront', () => {
  const session = (expiresMs: number) => `${base36Ms(expiresMs)}abcdefghjkmn`;

  test('is in the stream’s entry, beside a takedown, whichever came first', async () => {
    const { denials: rules, keys } = await store();
    await rules.setPlayback(path, { mode: 'signed', notBeforeMs: 7 });
    await rules.deny(path);
    expect(keys.get(path)).toBe('taken down; signed; since 7');
    expect(await rules.isDenied(path)).toBe(true);
    await rules.setPlayback(path, { mode: 'public' });
    expect(keys.get(path)).toBe('taken down; public');
    await rules.allow(path);
    expect(keys.get(path)).toBe('public');
    expect(await rules.isDenied(path)).toBe(false);
  });

  test('is forgotten with the stream', async () => {
    const { denials: rules, keys } = await store();
    await rules.setPlayback(path, { mode: 'signed' });
    await rules.deny(path);
    await rules.forget(path);
    await rules.forget(path);
    expect([...keys]).toEqual([]);
  });

  test('loses nothing to another write of the same entry at the same time', async () => {
    const { denials: rules, keys } = await store();
    await Promise.all([rules.deny(path), rules.setPlayback(path, { mode: 'signed' })]);
    expect(keys.get(path)).toBe('taken down; signed');
  });

  test('is not written again where the store has it', async () => {
    const { denials: rules } = await store();
    await rules.setPlayback(path, { mode: 'signed' });
    await rules.setPlayback(path, { mode: 'signed' });
    expect(operations().filter((operation) => operation === 'PutKey')).toHaveLength(1);
  });

  test('has a key for each revoked session, until it has expired, and for the signing keys of a region', async () => {
    const { denials: rules, edgeKeys, keys } = await store();
    for (const atMs of [1_000, 2_000, 3_000, 4_000]) await rules.revoke(path, session(atMs));
    await rules.revoke('ca-central-1/0123456789abcdef', session(1_000));
    await edgeKeys.putKeys('eu-central-1', 'k001:secret');
    expect(await edgeKeys.removeExpired('eu-central-1', 3_000)).toBe(3);
    expect([...keys.keys()].sort()).toEqual([
      'keys=eu-central-1',
      `revoked=ca-central-1/0123456789abcdef/${session(1_000)}`,
      `revoked=${path}/${session(4_000)}`,
    ]);
  });
});
