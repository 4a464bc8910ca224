import type { RelayConnection, RelayConnectionHandler } from '../../lib/encoder/ports.ts';
import { PublishSession } from '../../lib/encoder/publisher/publish-session.ts';
import { encodeRelayHello, type RelayHello } from '../../lib/protocol/relay/hello.ts';
import { initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import type { MemberId, SessionId, StreamId } from '../../lib/routing/ids.ts';

const address = { address: '192.0.2.1', port: 1 };

/** What a proxy says of an ordinary session. */
export const plainHello: RelayHello = {
  client: address,
  server: address,
  streamId: '0123456789abcdef' as StreamId,
  sessionId: 's' as SessionId,
  proxyId: 'ingest-1' as MemberId,
  publish: { app: 'live' },
  chunkState: initialChunkState,
};

/** A worker's end of one link, without a socket: `data` is what its proxy sends. */
export function openSession(
  hello: RelayHello,
  connection: Partial<Pick<RelayConnection, 'write' | 'abort'>> = {},
): { session: PublishSession; data(bytes: Buffer): void } {
  let handler!: RelayConnectionHandler;
  let session!: PublishSession;
  PublishSession.open(
    {
      start: (given) => {
        handler = given;
      },
      write() {},
      pause() {},
      resume() {},
      end() {},
      abort() {},
      ...connection,
    },
    (opened) => {
      session = opened;
    },
    (cause) => {
      throw cause;
    },
  );
  handler.data(encodeRelayHello(hello));
  return { session, data: (bytes) => handler.data(bytes) };
}
