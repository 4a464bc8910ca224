import { describe, expect, test } from '@jest/globals';
import type { DestinationRecord, StreamRecord } from '../../lib/control-store/records.ts';
import { initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { defaultDestinationLimits } from '../../lib/push/destination.ts';
import { PushBudget } from '../../lib/push/policy/push-queue.ts';
import type { PushStore } from '../../lib/push/ports.ts';
import { PushSet } from '../../lib/push/push-set.ts';
import { sealDestinationKey } from '../../lib/routing/destination-key.ts';
import type { MemberId, SessionId, StreamId } from '../../lib/routing/ids.ts';

const streamId = '0123456789abcdef' as StreamId;
const pepper = 'a pepper for tests only';

function destination(id: string, facts: Partial<DestinationRecord> = {}): DestinationRecord {
  return {
    id,
    name: id,
    url: `rtmp://${id}.example/live`,
    sealedKey: sealDestinationKey('there', { pepper, streamId, destinationId: id }),
    enabled: true,
    createdAtMs: 0,
    ...facts,
  };
}

const stream = (
  destinations: readonly DestinationRecord[],
  facts: Partial<StreamRecord> = {},
): StreamRecord => ({
  id: streamId,
  name: 'test',
  createdAtMs: 0,
  reconnectWindowMs: 0,
  keys: [],
  destinations,
  version: 1,
  ...facts,
});

function setUp(first: StreamRecord) {
  const clock = { nowMs: 0 };
  /** What the settings are by now; undefined: the store is down. */
  const settings: { now: StreamRecord | undefined } = { now: first };
  const events: { name: string; fields: object }[] = [];
  /** Hosts that are being tried. */
  const tried: string[] = [];
  let document: unknown;
  let reads = 0;
  const store: PushStore = {
    async getStream() {
      reads++;
      if (settings.now === undefined) throw new Error('down');
      return settings.now;
    },
    getLease: async () => undefined,
    getDocument: async () => document as never,
    async putDocument(next) {
      document = { ...next, version: next.version + 1 };
      return document as never;
    },
    appendEvent: async () => {},
  };
  const set = new PushSet(
    {
      store,
      pepper,
      memberId: 'ingest-1' as MemberId,
      resolve: (host, { signal }) => {
        tried.push(host);
        signal.addEventListener('abort', () => tried.splice(tried.indexOf(host), 1));
        return new Promise(() => {});
      },
      dial: () => new Promise(() => {}),
      clock: { nowMs: () => clock.nowMs, wallMs: () => clock.nowMs, random: () => 0.5 },
      budget: new PushBudget(1_000_000),
      limits: defaultDestinationLimits,
      emit: (name, fields) => events.push({ name, fields }),
    },
    { stream: first, sessionId: 's1' as SessionId, chunkState: initialChunkState },
  );
  const pass = async (ms: number) => {
    for (const endMs = clock.nowMs + ms; clock.nowMs < endMs; ) {
      clock.nowMs += 250;
      set.tick();
      await new Promise(setImmediate);
    }
  };
  const of = (name: string) => events.filter((event) => event.name === name).map(({ fields }) => fields);
  return { set, settings, tried, of, pass, reads: () => reads };
}

describe('the pushes of a session', () => {
  test('begin when a worker accepts the stream, not before', () => {
    const { set, tried } = setUp(stream([destination('a'), destination('b', { enabled: false })]));
    expect(tried).toEqual([]);
    set.onAir();
    expect(tried).toEqual(['a.example']);
    set.onAir();
    expect(tried).toHaveLength(1);
  });

  test('are limited to five', () => {
    const { set, tried } = setUp(stream(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((id) => destination(id))));
    set.onAir();
    expect(tried).toHaveLength(5);
  });

  test('follow the settings within five seconds, and read them at most every four', async () => {
    const { set, settings, tried, pass, reads } = setUp(stream([destination('a')]));
    set.onAir();
    settings.now = stream([destination('b')]);
    await pass(5_000);
    expect(tried).toEqual(['b.example']);
    await pass(15_000);
    expect(reads()).toBeLessThanOrEqual(5);
  });

  test.each([
    ['is taken down', stream([destination('a')], { takenDown: { reason: 'x', atMs: 0 } })],
    ['has no destinations any more', stream([])],
    ['is signed: other services would show it to anyone', stream([destination('a')], { playback: 'signed' })],
  ])('end when the stream %s', async (_, next) => {
    const { set, settings, tried, pass } = setUp(stream([destination('a')]));
    set.onAir();
    settings.now = next;
    await pass(4_500);
    expect(tried).toEqual([]);
  });

  test('continue unchanged while the settings cannot be read', async () => {
    const { set, settings, of, tried, pass } = setUp(stream([destination('a')]));
    set.onAir();
    settings.now = undefined;
    await pass(4_500);
    expect(tried).toHaveLength(1);
    await pass(15_000);
    // Once, however often it is tried.
    expect(of('push.store.unavailable')).toHaveLength(1);
  });

  test.each([
    [
      'a key that was sealed under another secret',
      { sealedKey: 'v1.AAAA' },
      'its stream key can no longer be read',
    ],
    ['an address inside', { url: 'rtmp://169.254.169.254/live' }, 'is not a public address'],
    ['an address that is none', { url: 'file:///etc/passwd' }, 'invalid address'],
  ])('are refused with %s', async (_, facts, words) => {
    const { set, tried, of } = setUp(stream([destination('a', facts)]));
    set.onAir();
    expect(of('push.refused')).toMatchObject([{ destination: 'a', detail: expect.stringContaining(words) }]);
    expect(tried).toEqual([]);
  });

  test('are abandoned, while the session continues, if the publisher’s bytes cannot be parsed', async () => {
    const { set, tried, of, pass } = setUp(stream([destination('a')]));
    set.onAir();
    set.take(Buffer.alloc(100, 0xff));
    expect(of('push.source.lost')).toHaveLength(1);
    expect(tried).toEqual([]);
    set.take(Buffer.alloc(100, 0xff));
    set.flush();
    set.ended();
    await pass(5_500);
    expect(set.over).toBe(true);
    expect(of('push.source.lost')).toHaveLength(1);
  });

  test('end soon after the session, even if the store stays down', async () => {
    const { set, settings, pass } = setUp(stream([destination('a')]));
    set.onAir();
    settings.now = undefined;
    set.ended();
    await pass(5_500);
    expect(set.over).toBe(true);
  });
});
