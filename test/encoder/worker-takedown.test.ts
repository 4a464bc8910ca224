import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openSqliteControlStore } from '../../lib/adapters/local/sqlite/sqlite-control-store.ts';
import type { ControlStore } from '../../lib/control-store/ports.ts';
import type { StreamRecord } from '../../lib/control-store/records.ts';
import type { EncoderStore, RelayConnection, RelayConnectionHandler } from '../../lib/encoder/ports.ts';
import { Worker, type WorkerOptions } from '../../lib/encoder/worker.ts';
import { encodeRelayHello } from '../../lib/protocol/relay/hello.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../lib/protocol/relay/link-frames.ts';
import { initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { type BroadcastId, type MemberId, newSessionId, newStreamId } from '../../lib/routing/ids.ts';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';

const id = newStreamId();
const live: StreamRecord = { id, name: 'x', createdAtMs: 1, reconnectWindowMs: 0, keys: [], version: 1 };
const takenDown = { reason: 'A reason', atMs: 2 };

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: ControlStore & { close(): void };
beforeEach(async () => {
  folder = await temporaryFolder();
  store = await openSqliteControlStore(join(folder.path, 'control.sqlite'));
  await store.createStream(live);
});
afterEach(async () => {
  store.close();
  await folder.remove();
});

/** Brings a publisher to a worker on this store; returns what the worker answers. */
async function publish(seen: EncoderStore): Promise<LinkFrame> {
  const worker = new Worker({
    memberId: 'encoder-1',
    capacity: 4,
    store: seen,
    clock: { nowMs: () => performance.now(), wallMs: () => Date.now() },
    emit: () => {},
  } as unknown as WorkerOptions);
  return new Promise((answered) => {
    const decoder = new LinkFrameDecoder(answered);
    let handler: RelayConnectionHandler | undefined;
    const connection: RelayConnection = {
      start: (each) => {
        handler = each;
      },
      write: (bytes) => decoder.push(Buffer.from(bytes)),
      pause: () => {},
      resume: () => {},
      end: () => {},
      abort: () => {},
    };
    worker.connected(connection);
    const client = { address: '127.0.0.1', port: 1 };
    handler?.data(
      encodeRelayHello({
        client,
        server: client,
        streamId: id,
        sessionId: newSessionId(),
        proxyId: 'ingest-1' as MemberId,
        publish: { app: 'live' },
        chunkState: initialChunkState,
      }),
    );
  });
}

describe('a worker and a taken-down stream', () => {
  const refused = {
    type: 'refused',
    reason: 'taken-down',
    description: expect.stringContaining('taken down'),
  };

  test('refuses its publisher without touching the lease', async () => {
    await store.updateStream({ ...live, takenDown });
    expect(await publish(store)).toMatchObject(refused);
    expect(await store.getLease(id)).toBeUndefined();
  });

  test('releases the lease if the takedown arrives while it takes it', async () => {
    const racing: ControlStore = {
      ...store,
      async takeLease(take) {
        await store.updateStream({ ...live, takenDown });
        return store.takeLease(take);
      },
    };
    expect(await publish(racing)).toMatchObject(refused);
    expect(await store.getLease(id)).toMatchObject({ released: true, epoch: 1 });
  });

  test('does not pick up a broadcast that another worker left', async () => {
    const broadcastId = 'b' as BroadcastId;
    const held = await store.takeLease({ streamId: id, workerId: 'encoder-2' as MemberId, broadcastId });
    await store.releaseLease(held);
    await store.updateStream({ ...live, takenDown });
    expect(await publish(store)).toMatchObject(refused);
    expect(await store.getLease(id)).toMatchObject({ workerId: 'encoder-2', epoch: 1 });
  });
});
