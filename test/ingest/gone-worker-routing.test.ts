import { expect, test } from '@jest/globals';
import type { FleetMember, LeaseRecord } from '../../lib/control-store/records.ts';
import { HelloSigner } from '../../lib/ingest/hello-signer.ts';
import { FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import { type LostWorker, WorkerRouter } from '../../lib/ingest/worker-router.ts';
import type { Connection, ConnectionHandler } from '../../lib/net/socket.ts';
import { decodeRelayHello, type RelayHello } from '../../lib/protocol/relay/hello.ts';
import { encodeLinkFrame } from '../../lib/protocol/relay/link-frames.ts';
import { type BroadcastId, type MemberId, newBroadcastId } from '../../lib/routing/ids.ts';
import { relayKeys } from '../../testkit/harness/ingest-harness.ts';
import { plainHello } from '../../testkit/harness/open-session.ts';

const [lostWorker, next] = ['encoder-1', 'encoder-2'] as [MemberId, MemberId];
const lost = { worker: lostWorker, epoch: 3 };
const gone = { ...lost, leaseVersion: 7 };
const lease: LeaseRecord = {
  streamId: plainHello.streamId,
  workerId: lostWorker,
  epoch: 3,
  version: 7,
  broadcastId: newBroadcastId(1),
  released: false,
  endRequested: false,
};

const failure = (code: string) =>
  Object.assign(new Error('could not connect'), {
    code: 'CONNECT_FAILED',
    cause: Object.assign(new Error(code), { code }),
  });

/** Looks for a worker after the link to `encoder-1` broke. `dials`: what becomes of each connection to it; then `encoder-2` accepts. */
async function search(
  dials: readonly ('ECONNREFUSED' | 'ETIMEDOUT' | 'reset' | 'closed' | 'accept')[],
  {
    without = false,
    of = lost,
    ...given
  }: { without?: boolean; of?: LostWorker; held?: LeaseRecord | undefined } = {},
) {
  const held = 'held' in given ? given.held : lease;
  const outcomes = [...dials];
  const hellos: { worker: string; hello: RelayHello }[] = [];
  const dial = async ({ port }: { port: number }): Promise<Connection> => {
    const outcome = port === 1 ? (outcomes.shift() ?? 'ECONNREFUSED') : 'accept';
    if (outcome.startsWith('E')) throw failure(outcome);
    let handler!: ConnectionHandler;
    return {
      backlogBytes: 0,
      start: (given: ConnectionHandler) => {
        handler = given;
      },
      write: (bytes: Buffer) => {
        const { hello } = decodeRelayHello(bytes)!;
        hellos.push({ worker: port === 1 ? lostWorker : next, hello });
        queueMicrotask(() => {
          if (outcome === 'reset') handler.closed(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
          else if (outcome === 'closed') handler.ended();
          else handler.data(encodeLinkFrame({ type: 'accepted', broadcastId: 'b' as BroadcastId, epoch: 4 }));
        });
        return true;
      },
      end() {},
      abort() {},
    } as unknown as Connection;
  };
  const fleet = new FleetView();
  const member = (id: MemberId, port: number): FleetMember => ({
    id,
    role: 'encoder',
    host: '127.0.0.1',
    port,
    capacity: 4,
    load: 0,
    state: 'active',
    version: 1,
  });
  fleet.observe([member(lostWorker, 1), member(next, 2)], performance.now());
  const router = new WorkerRouter({
    store: { getLease: async () => held },
    fleet,
    dial,
    signer: new HelloSigner(() => relayKeys, { wallMs: () => Date.now() }),
    emit: () => {},
  });
  const link = await router.open({
    hello: { ...plainHello, replayFromMs: 0 },
    ...(without ? {} : { lost: of }),
    deadlineMs: performance.now() + 2_000,
    once: true,
    signal: new AbortController().signal,
    facts: { session: 's', client: 'c', stream: 'x' },
  });
  return { link, hellos, left: outcomes.length };
}

test('the next worker is told that the lost one is gone when its host refuses the connection', async () => {
  const { link, hellos } = await search(['ECONNREFUSED']);
  expect(link.worker).toBe(next);
  expect(hellos).toMatchObject([{ worker: next, hello: { goneWorker: gone } }]);
});

test('a connection that an ending process still took is tried again', async () => {
  const { hellos, left } = await search(['reset', 'reset', 'ECONNREFUSED']);
  expect(left).toBe(0);
  expect(hellos.at(-1)).toMatchObject({ worker: next, hello: { goneWorker: gone } });
});

test.each([
  ['nothing answers', ['ETIMEDOUT' as const]],
  ['it takes the connection and closes it', ['closed' as const]],
  ['it resets every connection', ['reset', 'reset', 'reset', 'reset'] as const],
])('it is not said to be gone if %s', async (_name, dials) => {
  const { link, hellos, left } = await search(dials);
  expect(left).toBe(0);
  expect(link.worker).toBe(next);
  expect(hellos.at(-1)?.hello).not.toHaveProperty('goneWorker');
});

test('nor if there was no link to it that broke', async () => {
  const { hellos } = await search(['ECONNREFUSED'], { without: true });
  expect(hellos.at(-1)?.hello).not.toHaveProperty('goneWorker');
});

test.each([
  ['another worker has the lease by now', { ...lease, workerId: next, epoch: 4 }],
  ['it has taken the lease again', { ...lease, epoch: 4 }],
])('nor if %s', async (_name, held) => {
  const { hellos } = await search(['ECONNREFUSED'], { held });
  expect(hellos.at(-1)?.hello).not.toHaveProperty('goneWorker');
});

test('a worker that runs again is asked itself, and told nothing of the kind', async () => {
  const { link, hellos } = await search(['reset', 'reset', 'accept']);
  expect(link.worker).toBe(lostWorker);
  expect(hellos.every(({ hello }) => hello.goneWorker === undefined)).toBe(true);
});

test('a lease that expired before our eyes need not be waited out again, while it still has that version', async () => {
  const silent = { ...lost, expired: 7 };
  const { hellos } = await search(['ETIMEDOUT'], { of: silent });
  expect(hellos.at(-1)).toMatchObject({ worker: next, hello: { goneWorker: gone } });
  for (const held of [
    { ...lease, version: 8 },
    { ...lease, epoch: 4 },
    { ...lease, released: true },
    undefined,
  ]) {
    const other = await search(['ETIMEDOUT'], { of: silent, held });
    expect(other.hellos.at(-1)?.hello).not.toHaveProperty('goneWorker');
  }
});
