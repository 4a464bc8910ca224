import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { FlvReader } from '../../lib/protocol/flv/reader.ts';
import { type FlvTag, tagTypeCodes } from '../../lib/protocol/flv/tag.ts';
import { encodeRelayHello } from '../../lib/protocol/relay/hello.ts';
import { type LinkFrame, LinkFrameDecoder } from '../../lib/protocol/relay/link-frames.ts';
import { initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { ChunkWriter } from '../../lib/protocol/rtmp/chunk-writer.ts';
import { encodeCommand } from '../../lib/protocol/rtmp/commands.ts';
import type { MemberId, SessionId, StreamId } from '../../lib/routing/ids.ts';

export interface ClipOptions {
  readonly seconds: number;
  readonly size?: string;
  readonly rate?: number;
  /** The pictures, as ffmpeg's lavfi input. @default testsrc2 of this size and rate */
  readonly source?: string;
  readonly audio?: boolean;
  /** Key frame interval, in frames. */
  readonly gop?: number;
  readonly video?: readonly string[];
}

/** A clip as an encoder would send it: FLV tags produced by a real ffmpeg. */
export async function makeClip(options: ClipOptions): Promise<FlvTag[]> {
  const { seconds, size = '1280x720', rate = 30, audio = true, gop = rate * 2 } = options;
  const { source = `testsrc2=size=${size}:rate=${rate}` } = options;
  const video = options.video ?? [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-b:v',
    '2M',
  ];
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin'],
      ...['-f', 'lavfi', '-i', source],
      ...(audio
        ? ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-c:a', 'aac', '-ac', '2']
        : []),
      ...['-t', String(seconds), ...video, '-g', String(gop), '-f', 'flv', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 256 * 1024 * 1024 },
  );
  return new FlvReader().push(stdout);
}

/** The proxy's end of a relay link; sends a clip as a publisher would. */
export class RelayFeed {
  readonly frames: LinkFrame[] = [];
  readonly closed: Promise<unknown>;
  readonly #socket: Socket;
  readonly #writer = new ChunkWriter(initialChunkState.chunkSize);
  readonly #waiting = new Set<() => void>();
  #stopped = false;

  constructor(
    port: number,
    streamId: StreamId,
    sessionId = 'session-1',
    { replayFromMs }: { readonly replayFromMs?: number } = {},
  ) {
    this.#socket = connect({ host: '127.0.0.1', port });
    this.#socket.on('error', () => {});
    this.closed = once(this.#socket, 'close');
    const decoder = new LinkFrameDecoder((frame) => {
      this.frames.push(frame);
      for (const wake of this.#waiting) wake();
    });
    this.#socket.on('data', (bytes) => decoder.push(bytes));
    this.#socket.write(
      encodeRelayHello({
        client: { address: '192.0.2.7', port: 50_000 },
        server: { address: '127.0.0.1', port: 1935 },
        streamId,
        sessionId: sessionId as SessionId,
        proxyId: 'ingest-1' as MemberId,
        chunkState: initialChunkState,
        publish: { app: 'live', flashVer: 'test' },
        ...(replayFromMs === undefined ? {} : { replayFromMs }),
      }),
    );
    this.#socket.write(this.#writer.setChunkSize(4096));
  }

  /** Resolves with the first frame of this type, after this many of them. */
  async frame<Type extends LinkFrame['type']>(type: Type, skip = 0): Promise<LinkFrame & { type: Type }> {
    for (;;) {
      const found = this.frames.filter((frame) => frame.type === type)[skip];
      if (found) return found as LinkFrame & { type: Type };
      await new Promise<void>((resolve) => {
        this.#waiting.add(resolve);
      });
    }
  }

  /** Sends tags paced by their timestamps, at `speed` times real time, with `shiftMs` added to the timestamps. */
  async send(tags: readonly FlvTag[], { speed = 1, shiftMs = 0 } = {}): Promise<void> {
    const startedAt = performance.now();
    const firstMs = tags.find(({ type }) => type !== 'script')?.timestampMs ?? 0;
    for (const tag of tags) {
      const waitMs = startedAt + (tag.timestampMs - firstMs) / speed - performance.now();
      if (waitMs > 5) await new Promise((resolve) => setTimeout(resolve, waitMs));
      if (this.#stopped) return;
      this.#socket.write(
        this.#writer.write({
          chunkStreamId: tag.type === 'audio' ? 5 : 4,
          timestampMs: (tag.timestampMs + shiftMs) >>> 0,
          typeId: tagTypeCodes[tag.type],
          messageStreamId: 1,
          payload: tag.payload,
        }),
      );
    }
  }

  /** Ends the stream as publishers do. */
  unpublish(): void {
    const message = encodeCommand({ name: 'deleteStream', transactionId: 5, args: [null, 1] });
    this.#socket.write(this.#writer.write(message));
  }

  /** Drops the connection without an unpublish. */
  drop(): void {
    this.#stopped = true;
    this.#socket.destroy();
  }
}
