import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Connection, ConnectionHandler, ResolvedEndpoint } from '../../lib/net/socket.ts';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { RtmpServerSession } from '../../lib/protocol/rtmp/server-session.ts';
import { Destination, defaultDestinationLimits } from '../../lib/push/destination.ts';
import type { MediaMessage } from '../../lib/push/policy/media-source.ts';
import { PushBudget } from '../../lib/push/policy/push-queue.ts';
import { checkTargetUrl } from '../../lib/routing/target-address.ts';

/** A connection to a server in the same thread, which does what a test says. */
class FakeConnection implements Connection {
  readonly remote = { host: '', port: 0 };
  readonly local = { host: '', port: 0 };
  readonly secure = false;
  backlogBytes = 0;
  aborted = false;
  ended = false;
  /** The kernel takes nothing. */
  blocked = false;
  readonly #held: Buffer[] = [];
  handler: ConnectionHandler | undefined;
  readonly messages: RtmpMessage[] = [];
  readonly #session = new RtmpServerSession();
  #reader: ChunkReader | undefined;
  readonly #answers: boolean;

  constructor(answers = true) {
    this.#answers = answers;
  }

  start(handler: ConnectionHandler): void {
    this.handler = handler;
  }

  write(...pieces: Uint8Array[]): boolean {
    if (this.aborted) return true;
    const bytes = Buffer.concat(pieces);
    if (this.blocked) {
      this.#held.push(bytes);
      this.backlogBytes += bytes.length;
      return false;
    }
    if (this.#answers) this.#serve(bytes);
    return true;
  }

  #serve(bytes: Buffer): void {
    if (this.#reader !== undefined) {
      this.#reader.push(bytes);
      return;
    }
    for (const action of this.#session.push(bytes)) {
      if (action.type === 'send') this.say(action.bytes);
      if (action.type !== 'publish') continue;
      const accepted = this.#session.accept();
      const { chunkState } = this.#session.handover();
      this.#reader = new ChunkReader((message) => this.messages.push(message), {}, chunkState);
      this.say(accepted);
    }
  }

  say(bytes: Buffer): void {
    queueMicrotask(() => {
      if (!this.aborted) this.handler?.data(bytes);
    });
  }

  unblock(): void {
    this.blocked = false;
    this.backlogBytes = 0;
    for (const bytes of this.#held.splice(0)) this.#serve(bytes);
    this.handler?.drained();
  }

  batchReads(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {
    this.ended = true;
  }
  abort(): void {
    this.aborted = true;
  }

  get media(): RtmpMessage[] {
    return this.messages.filter(({ typeId }) => typeId === 8 || typeId === 9);
  }
}

const settle = () => new Promise(setImmediate);

interface Setting {
  readonly url?: string;
  readonly resolve?: (attempt: number) => Promise<readonly string[]>;
  readonly dial?: (attempt: number) => Promise<Connection>;
}

function setUp({ url = 'rtmps://a.example/live', resolve, dial }: Setting = {}) {
  const clock = { nowMs: 0 };
  const asked: string[] = [];
  const dialled: ResolvedEndpoint[] = [];
  const connections: FakeConnection[] = [];
  const checked = checkTargetUrl(url);
  if (!checked.ok) throw new Error(checked.fault);
  const budget = new PushBudget(100_000_000);
  const destination = new Destination({
    target: { ok: true, url: checked.url, key: 'a key' },
    resolve: async (host) => {
      asked.push(host);
      return resolve === undefined ? ['8.8.8.8', '8.8.4.4'] : resolve(asked.length);
    },
    dial: async (to) => {
      dialled.push(to);
      if (dial !== undefined) return dial(dialled.length);
      const connection = new FakeConnection();
      connections.push(connection);
      return connection;
    },
    clock: { nowMs: () => clock.nowMs, wallMs: () => clock.nowMs, random: () => 0.5 },
    budget,
    limits: defaultDestinationLimits,
    onChange: () => {},
  });
  const pass = async (ms: number) => {
    for (const endMs = clock.nowMs + ms; clock.nowMs < endMs; ) {
      clock.nowMs += 250;
      destination.tick();
      await settle();
    }
  };
  return { destination, asked, dialled, connections, budget, pass };
}

const frame = (timeMs: number, start = false, bytes = 100): MediaMessage => ({
  type: 'video',
  timeMs,
  payload: Buffer.alloc(bytes, start ? 0x17 : 0x27),
  start,
});
const never = <Value>() => new Promise<Value>(() => {});

describe('a push', () => {
  test('connects only to the checked addresses, and uses the name only for the certificate', async () => {
    const { destination, asked, dialled } = setUp();
    await settle();
    expect(destination.state).toBe('live');
    expect(asked).toEqual(['a.example']);
    expect(dialled).toEqual([{ addresses: ['8.8.8.8', '8.8.4.4'], port: 443, serverName: 'a.example' }]);
  });

  test('resolves anew for each attempt, and is refused once the name leads to an internal address', async () => {
    const { destination, asked, dialled, connections, pass } = setUp({
      resolve: async (attempt) => (attempt === 1 ? ['8.8.8.8'] : ['8.8.8.8', '169.254.169.254']),
    });
    await settle();
    connections[0]?.handler?.closed(undefined);
    expect(destination.state).toBe('waiting');
    await pass(2_000);
    expect(asked).toHaveLength(2);
    expect(destination.state).toBe('refused');
    expect(destination.detail).toContain('169.254.169.254');
    await pass(600_000);
    expect(dialled).toHaveLength(1);
  });

  test.each<[string, Setting, number, string]>([
    ['a resolver', { resolve: () => never() }, 5_000, 'DNS lookup timed out'],
    ['a server that does not answer', { dial: () => never() }, 8_000, 'no response'],
    [
      'a server that says nothing',
      { dial: async () => new FakeConnection(false) },
      10_000,
      'did not answer the publish request',
    ],
  ])('gives up waiting for %s', async (_, setting, limitMs, words) => {
    const { destination, pass } = setUp(setting);
    await settle();
    await pass(limitMs - 250);
    expect(destination.state).toBe('connecting');
    await pass(250);
    expect(destination.state).toBe('waiting');
    expect(destination.detail).toContain(words);
  });

  test('drops a connection that opens too late', async () => {
    let connect: (connection: Connection) => void = () => {};
    const late = new FakeConnection();
    const { destination, pass } = setUp({
      dial: (attempt) =>
        attempt === 1
          ? new Promise((resolve) => {
              connect = resolve;
            })
          : never(),
    });
    await settle();
    await pass(8_000);
    connect(late);
    await settle();
    expect(late.aborted).toBe(true);
    expect(late.handler).toBeUndefined();
    expect(destination.state).toBe('waiting');
  });

  test('sends from the first key frame on, from 0, and drops what was queued for a lost connection', async () => {
    const { destination, connections, budget, pass } = setUp();
    await settle();
    const offer = (...messages: MediaMessage[]) => {
      for (const message of messages) destination.offer(message, []);
      destination.flush();
    };
    offer(frame(1_000), frame(1_040, true), frame(1_080));
    expect(connections[0]?.media.map(({ timestampMs }) => timestampMs)).toEqual([0, 40]);
    connections[0]!.blocked = true;
    offer(frame(1_120), frame(1_160), frame(1_200));
    expect(budget.usedBytes).toBeGreaterThanOrEqual(0);
    connections[0]!.handler?.closed(new Error('cut'));
    expect(budget.usedBytes).toBe(0);
    await pass(1_500);
    offer(frame(3_000), frame(3_040, true));
    expect(connections[1]?.media.map(({ timestampMs }) => timestampMs)).toEqual([0]);
    expect(destination.sentMs).toBe(1_200 - 1_040);
  });

  test('drops audio from before the first picture', async () => {
    const { destination, connections } = setUp();
    await settle();
    destination.offer(frame(1_000, true), []);
    destination.offer({ type: 'audio', timeMs: 990, payload: Buffer.of(0xaf, 1), start: false }, []);
    destination.offer({ type: 'audio', timeMs: 1_011, payload: Buffer.of(0xaf, 1), start: false }, []);
    destination.flush();
    expect(connections[0]?.media.map(({ typeId, timestampMs }) => [typeId, timestampMs])).toEqual([
      [9, 0],
      [8, 11],
    ]);
  });

  test('leaves a server that accepts nothing for ten seconds, but not a slow one', async () => {
    const { destination, connections, pass } = setUp();
    await settle();
    const connection = connections[0]!;
    connection.blocked = true;
    destination.offer(frame(0, true, 50_000), []);
    destination.flush();
    for (let second = 0; second < 30; second++) {
      connection.backlogBytes -= 100;
      await pass(1_000);
    }
    expect(destination.state).toBe('live');
    await pass(10_000);
    expect(destination.state).toBe('waiting');
    expect(destination.detail).toContain('accepted no data for 10 s');
    expect(connection.aborted).toBe(true);
  });

  test('leaves a server that sends endless requests and does not read the answers', async () => {
    const { destination, connections, pass } = setUp();
    await settle();
    connections[0]!.backlogBytes = 70_000;
    await pass(250);
    expect(destination.state).toBe('waiting');
  });

  test('ends the publish after the last frame, however long that takes, within three seconds', async () => {
    const { destination, connections, pass } = setUp();
    await settle();
    const connection = connections[0]!;
    destination.offer(frame(0, true), []);
    destination.flush();
    connection.blocked = true;
    destination.offer(frame(40), []);
    destination.flush();
    destination.offer(frame(80), []);
    destination.stop();
    expect(connection.ended).toBe(false);
    connection.unblock();
    expect(connection.ended).toBe(true);
    expect(connection.messages.slice(-2).map(({ typeId }) => typeId)).toEqual([20, 20]);
    expect(connection.media.at(-1)?.timestampMs).toBe(80);
    expect(destination.over).toBe(false);
    await pass(3_000);
    expect(destination.over).toBe(true);
    expect(connection.aborted).toBe(true);
  });

  test('ends, releases everything and opens nothing more, whatever happened before', async () => {
    const step = fc.constantFrom(
      'pass',
      'offer',
      'block',
      'unblock',
      'close',
      'garbage',
      'refuse-dial',
      'accept-dial',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let refuses = false;
        const made: FakeConnection[] = [];
        const { destination, budget, pass } = setUp({
          dial: async () => {
            if (refuses) throw Object.assign(new Error('no'), { code: 'ECONNREFUSED' });
            const connection = new FakeConnection();
            made.push(connection);
            return connection;
          },
        });
        let timeMs = 0;
        for (const one of steps) {
          const current = made.at(-1);
          if (one === 'pass') await pass(1_500);
          else if (one === 'offer') {
            timeMs += 40;
            destination.offer(frame(timeMs, timeMs % 80 === 0), []);
            destination.flush();
          } else if (one === 'block' && current) current.blocked = true;
          else if (one === 'unblock') current?.unblock();
          else if (one === 'close') current?.handler?.closed(undefined);
          else if (one === 'garbage') current?.say(Buffer.alloc(100, 0x47));
          else refuses = one === 'refuse-dial';
          await settle();
          // Never two at a time.
          expect(made.filter(({ aborted }) => !aborted).length).toBeLessThanOrEqual(1);
        }
        destination.stop();
        await pass(4_000);
        expect(destination.over).toBe(true);
        expect(made.every(({ aborted }) => aborted)).toBe(true);
        expect(budget.usedBytes).toBe(0);
        const { length } = made;
        await pass(120_000);
        expect(made).toHaveLength(length);
      }),
      { numRuns: 25 },
    );
  });
});
