import { afterEach, expect, test } from '@jest/globals';
import { ReadBatch } from '../../../lib/adapters/node/net/read-batch.ts';
import { listenForRelays } from '../../../lib/adapters/node/net/relay-listener.ts';
import { ConditionFailedError, ControlStoreUnavailableError } from '../../../lib/control-store/errors.ts';
import type { ControlStore } from '../../../lib/control-store/ports.ts';
import type { RelayConnection } from '../../../lib/encoder/ports.ts';
import type { StoredObject } from '../../../lib/object-store/ports.ts';
import { type IngestHarness, startIngest } from '../../../testkit/harness/ingest-harness.ts';
import { RtmpClient } from '../../../testkit/harness/rtmp-client.ts';
import { WorkerInMemory } from '../../../testkit/harness/worker-in-memory.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A worker dies when it reads this. */
const fatal = Buffer.from('fatal to every worker');
const restartAfterMs = 300;

/** A worker process under a supervisor: once dead, it is started again under its name. */
class MortalWorker {
  readonly id: string;
  readonly #ingest: IngestHarness;
  readonly #objects: Map<string, StoredObject>;
  /** How often it read what is fatal. */
  deaths = 0;
  #die = (): void => {};
  #runs: Promise<void>[] = [];
  #isStopped = false;

  constructor(id: string, ingest: IngestHarness, objects: Map<string, StoredObject>) {
    this.id = id;
    this.#ingest = ingest;
    this.#objects = objects;
  }

  async start(): Promise<void> {
    let isDead = false;
    const links = new Set<RelayConnection>();
    const store = mortalStore(this.#ingest.store, () => isDead);
    let world: WorkerInMemory | undefined;
    const die = (): void => {
      if (isDead) return;
      isDead = true;
      listener.close();
      for (const link of links) link.abort();
      setTimeout(() => {
        if (!this.#isStopped) this.#runs.push(this.start());
      }, restartAfterMs);
    };
    const listener = await listenForRelays(
      { host: '127.0.0.1', port: 0, maxConnections: 16 },
      new ReadBatch(5),
      (connection) => {
        links.add(connection);
        world?.worker.connected(
          dyingAt(connection, () => {
            this.deaths++;
            die();
          }),
        );
      },
    );
    const { port } = listener;
    world = new WorkerInMemory({ memberId: this.id, port, store, objects: this.#objects });
    await world.worker.start();
    cleanups.push(() => world.worker.drain());
    this.#die = die;
  }

  /** Is not started again. */
  async retire(): Promise<void> {
    this.#isStopped = true;
    await Promise.all(this.#runs);
    this.#die();
  }
}

/** A dead process reaches nothing: its lease is not renewed, and what it would write isn't. */
function mortalStore(
  store: ControlStore & { close?(): void },
  isDead: () => boolean,
): ControlStore & { close(): void } {
  return new Proxy(store, {
    get: (target, name) => {
      const member = Reflect.get(target, name) as unknown;
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        if (!isDead()) return member.apply(target, args);
        if (name === 'heartbeat' || name === 'removeMember') return Promise.resolve();
        if (name === 'renewLease') return Promise.reject(new ConditionFailedError('This worker is dead.'));
        return Promise.reject(new ControlStoreUnavailableError('This worker is dead.'));
      };
    },
  }) as ControlStore & { close(): void };
}

function dyingAt(connection: RelayConnection, die: () => void): RelayConnection {
  return {
    start: (handler) =>
      connection.start({
        data: (bytes) => {
          if (bytes.includes(fatal)) die();
          else handler.data(bytes);
        },
        closed: (fault) => handler.closed(fault),
      }),
    write: (bytes) => connection.write(bytes),
    pause: () => connection.pause(),
    resume: () => connection.resume(),
    end: () => connection.end(),
    abort: () => connection.abort(),
  };
}

const videoHeader = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);

/** A broadcaster with ten pictures a second, in real time. */
class Broadcaster {
  readonly client: RtmpClient;
  #sendEvery?: NodeJS.Timeout;
  #ms = 0;

  constructor(port: number, key: string) {
    this.client = new RtmpClient({ port, key });
    cleanups.push(() => {
      clearInterval(this.#sendEvery);
      this.client.socket.destroy();
    });
  }

  async begin(): Promise<this> {
    await this.client.started();
    this.send('video', videoHeader);
    this.#sendEvery = setInterval(() => {
      const isKey = this.#ms % 1000 === 0;
      this.send(
        'video',
        Buffer.from([isKey ? 0x17 : 0x27, 1, 0, 0, 0, 0, 0, 0, 2, isKey ? 0x65 : 0x41, 0x88]),
      );
      this.#ms += 100;
    }, 100);
    return this;
  }

  send(type: 'video' | 'data', payload: Buffer): void {
    this.client.socket.write(this.client.publisher.media(type, this.#ms, payload));
  }
}

test('what kills a worker is offered to one other only, and its publisher is told', async () => {
  const ingest = await startIngest();
  cleanups.push(() => ingest.close());
  const objects = new Map<string, StoredObject>();
  const workers = ['encoder-1', 'encoder-2'].map((id) => new MortalWorker(id, ingest, objects));
  for (const worker of workers) await worker.start();
  cleanups.push(() => Promise.all(workers.map((worker) => worker.retire())));
  const { streamId, key } = await ingest.addStream();
  const broadcaster = await new Broadcaster(ingest.rtmpPort, key).begin();
  broadcaster.send('data', fatal);
  await broadcaster.client.refused();
  expect(broadcaster.client.statuses.at(-1)).toMatchObject({
    level: 'error',
    code: 'NetStream.Publish.Failed',
    description: expect.stringContaining('Encoders stop on what you send.'),
  });
  expect(ingest.log.of('ingest.publish.dropped')).toEqual([
    expect.objectContaining({ stream: streamId, code: 'ENCODER_FAILED' }),
  ]);
  expect(workers.map(({ deaths }) => deaths)).toEqual([1, 1]);
}, 30_000);
