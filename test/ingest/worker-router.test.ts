import { expect, test } from '@jest/globals';
import type { FleetMember } from '../../lib/control-store/records.ts';
import { HelloSigner } from '../../lib/ingest/hello-signer.ts';
import { FleetView } from '../../lib/ingest/policy/fleet-view.ts';
import { WorkerRouter, type WorkerRouterOptions } from '../../lib/ingest/worker-router.ts';
import type { Connection, ConnectionHandler } from '../../lib/net/socket.ts';
import { encodeLinkFrame } from '../../lib/protocol/relay/link-frames.ts';
import { type OpenedSeal, openSeal } from '../../lib/protocol/relay/seal.ts';
import type { BroadcastId, MemberId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';
import { relayKeys } from '../../testkit/harness/ingest-harness.ts';
import { plainHello } from '../../testkit/harness/open-session.ts';

const worker = 'encoder-1' as MemberId;
const hourMs = 3_600_000;

/** Routes publishers to one worker whose clock shows `clockMs()`, and which says so when a hello doesn't. */
function route(
  clockMs: () => number,
  {
    getLease = async () => undefined,
    emit = () => {},
  }: Partial<{
    getLease: WorkerRouterOptions['store']['getLease'];
    emit: EmitEvent;
  }> = {},
) {
  const seals: OpenedSeal[] = [];
  const dial = async (): Promise<Connection> => {
    let handler: ConnectionHandler | undefined;
    const answer = (frame: Parameters<typeof encodeLinkFrame>[0]) =>
      queueMicrotask(() => handler?.data(encodeLinkFrame(frame)));
    return {
      backlogBytes: 0,
      start: (given: ConnectionHandler) => {
        handler = given;
      },
      write: (hello: Buffer) => {
        const seal = openSeal(hello, relayKeys);
        seals.push(seal);
        if (Math.abs(seal.sentAtMs - clockMs()) > 60_000)
          answer({ type: 'clock', nowMs: Math.round(clockMs()) });
        else answer({ type: 'accepted', broadcastId: 'b' as BroadcastId, epoch: 1 });
        return true;
      },
      end() {},
      abort() {},
    } as unknown as Connection;
  };
  const fleet = new FleetView();
  const member: FleetMember = {
    id: worker,
    role: 'encoder',
    host: '127.0.0.1',
    port: 1,
    capacity: 4,
    load: 0,
    state: 'active',
    version: 1,
  };
  fleet.observe([member], performance.now() - 10);
  fleet.observe([{ ...member, version: 2 }], performance.now());
  const router = new WorkerRouter({
    store: { getLease },
    fleet,
    dial,
    signer: new HelloSigner(() => relayKeys, { wallMs: () => Date.now() }),
    emit,
  });
  const open = () =>
    router.open({
      hello: plainHello,
      deadlineMs: performance.now() + 2_000,
      once: true,
      signal: new AbortController().signal,
      facts: { session: 's', client: 'c', stream: 'x' },
    });
  return { open, seals };
}

test('a hello is sealed for the worker that it goes to, at the time that it goes', async () => {
  const { open, seals } = route(() => Date.now());
  const before = Date.now();
  await open();
  expect(seals).toMatchObject([{ worker }]);
  expect(seals[0]!.sentAtMs).toBeGreaterThanOrEqual(before);
});

test('a worker with another clock gets its own time, from the second attempt on, also after a jump', async () => {
  let offMs = hourMs;
  const { open, seals } = route(() => Date.now() + offMs);
  await open();
  await open();
  expect(seals).toHaveLength(3);
  offMs = -hourMs;
  await open();
  expect(seals).toHaveLength(5);
});

test('a worker that is never content is passed over', async () => {
  let offMs = 0;
  const { open, seals } = route(() => {
    offMs += hourMs;
    return Date.now() + offMs;
  });
  await expect(open()).rejects.toMatchObject({ code: 'ROUTE_FAILED' });
  expect(seals).toHaveLength(2);
});

test('leases that can’t be read are told of once, until they can', async () => {
  const said: string[] = [];
  let fault: Error | undefined = new Error('no permission');
  const { open } = route(() => Date.now(), {
    getLease: async () => {
      if (fault) throw fault;
      return undefined;
    },
    emit: (name) => void said.push(name),
  });
  await open();
  await open();
  expect(said).toEqual(['ingest.store.unavailable']);
  fault = undefined;
  await open();
  await open();
  expect(said).toEqual(['ingest.store.unavailable', 'ingest.store.available']);
});
