import type { EncoderStore, RelayConnection, RelayConnectionHandler } from '../../lib/encoder/ports.ts';
import { Worker, type WorkerOptions } from '../../lib/encoder/worker.ts';
import { encodeRelayHello } from '../../lib/protocol/relay/hello.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../lib/protocol/relay/link-frames.ts';
import { initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { type MemberId, newSessionId, type StreamId } from '../../lib/routing/ids.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';

/** Brings a publisher to a worker on this store; returns what the worker answers. */
export async function admit(
  store: EncoderStore,
  streamId: StreamId,
  { emit = () => {}, capacity = 4 }: { readonly emit?: EmitEvent; readonly capacity?: number } = {},
): Promise<LinkFrame> {
  const worker = new Worker({
    memberId: 'encoder-1',
    capacity,
    store,
    clock: { nowMs: () => performance.now(), wallMs: () => Date.now() },
    emit,
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
        streamId,
        sessionId: newSessionId(),
        proxyId: 'ingest-1' as MemberId,
        publish: { app: 'live' },
        chunkState: initialChunkState,
      }),
    );
  });
}
