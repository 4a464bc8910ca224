import { PictureFeed } from '../../lib/encoder/encoding/policy/feed/picture-feed.ts';
import { repeatTag } from '../../lib/encoder/policy/stream-tag.ts';
import { classicAudio, classicVideo } from '../../lib/encoder/publisher/policy/probe/classic-flv.ts';
import { PublisherStream } from '../../lib/ingest/policy/publisher-stream.ts';
import { parseAudioTag } from '../../lib/protocol/flv/audio-tag.ts';
import { FlvError } from '../../lib/protocol/flv/errors.ts';
import { parseVideoTag } from '../../lib/protocol/flv/video-tag.ts';
import { AckCounter } from '../../lib/protocol/rtmp/acknowledgement.ts';
import { ChunkReader, type RtmpMessage } from '../../lib/protocol/rtmp/chunk-reader.ts';
import { initialChunkState } from '../../lib/protocol/rtmp/chunk-state.ts';
import { ProtocolError } from '../../lib/protocol/rtmp/errors.ts';
import { messageType } from '../../lib/protocol/rtmp/messages.ts';
import { Publisher } from '../../lib/protocol/rtmp/publisher.ts';
import { RtmpServerSession } from '../../lib/protocol/rtmp/server-session.ts';
import { MediaSource } from '../../lib/push/policy/media-source.ts';
import type { BroadcastId } from '../../lib/routing/ids.ts';
import { openSession, plainHello } from '../../testkit/harness/open-session.ts';
import { mustAgree, refusing, twoCuts } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';
import { amf0Words, chunkBytes } from '../shapes/rtmp-bytes.ts';

const zeros = (length: number): Uint8Array => new Uint8Array(length);
const handshake = Buffer.concat([Buffer.of(3), Buffer.alloc(2 * 1536)]);

/** Messages sent to the peer, without acknowledgements: when those are due depends on how bytes arrive. */
function messagesIn(sent: readonly Buffer[]): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  const reader = new ChunkReader((message) => messages.push(message));
  reader.push(Buffer.concat(sent));
  return messages
    .filter(({ typeId }) => typeId !== messageType.acknowledgement)
    .map((message) => ({ ...message, timestampMs: 0 }));
}

/** What a session does with these bytes after its handshake; on success, what the relay gets. */
function serve(pieces: readonly Buffer[]): unknown {
  const session = new RtmpServerSession({ random: zeros });
  session.push(handshake);
  const sent: Buffer[] = [];
  const acts: unknown[] = [];
  const pending = [...pieces];
  for (let bytes = pending.shift(); bytes && session.phase !== 'closed'; bytes = pending.shift())
    for (const action of session.push(bytes)) {
      if (action.type === 'send') sent.push(action.bytes);
      else acts.push(action);
    }
  if (session.phase !== 'waiting') return [session.phase, messagesIn(sent), acts];
  const { chunkState, rest, acknowledgement } = session.handover();
  return ['waiting', messagesIn(sent), acts, chunkState, rest, acknowledgement.receivedBytes];
}

function converse(pieces: readonly Buffer[]): unknown {
  const publisher = new Publisher({ app: 'a', streamName: 'k', tcUrl: 'rtmp://a/a', random: zeros });
  publisher.push(handshake);
  const sent: Buffer[] = [];
  const acts: unknown[] = [];
  const fault = refusing(() => {
    for (const piece of pieces)
      for (const action of publisher.push(piece)) {
        if (action.type === 'send') sent.push(action.bytes);
        else acts.push(action);
      }
  }, ProtocolError);
  // What it did before the fault may have been lost with it.
  return fault instanceof ProtocolError ? fault.code : [acts, messagesIn(sent)];
}

/** What a worker does with each message of audio or video, up to the pictures that ffmpeg gets. */
class MediaSink {
  readonly #feed = new PictureFeed();
  #header: Buffer | undefined;
  #streamMs = 0;

  take(type: 'video' | 'audio', payload: Buffer): void {
    if (type === 'audio') {
      const tag = parseAudioTag(payload);
      if (tag.codec === 'aac' && tag.packetType !== 'other') classicAudio(payload, tag);
      return;
    }
    const tag = parseVideoTag(payload);
    if (tag.codec !== 'avc') return;
    const classic = classicVideo(payload, tag);
    if (tag.packetType === 'sequence-header') this.#header = classic;
    if (tag.packetType !== 'frame' || !this.#header) return;
    this.#streamMs += 40;
    const { keyframe } = tag;
    this.#feed.prepare({
      type,
      streamMs: this.#streamMs,
      payload: classic,
      keyframe,
      ...(keyframe && { videoHeader: this.#header }),
    });
    this.#feed.prepare(repeatTag(this.#streamMs + 20));
  }
}

export const sessionTargets: readonly FuzzTarget[] = [
  {
    name: 'rtmp-server-session',
    about: 'a publisher after its handshake, up to publish',
    parsers: ['lib/protocol/rtmp/server-session.ts'],
    words: amf0Words,
    run(input) {
      const { pieces, whole } = twoCuts(input);
      mustAgree(serve(pieces), serve(whole), 'a session in pieces');
    },
  },
  {
    name: 'rtmp-publisher',
    about: 'a destination server that we push to',
    parsers: ['lib/protocol/rtmp/publisher.ts'],
    words: amf0Words,
    run(input) {
      const { pieces, whole } = twoCuts(input);
      mustAgree(converse(pieces), converse(whole), 'a conversation in pieces');
    },
  },
  {
    name: 'proxy-media',
    about:
      "a publisher's bytes after publish, as the proxy relays them, keeps them for a replay and pushes them",
    parsers: [
      'lib/ingest/policy/publisher-stream.ts',
      'lib/ingest/policy/unflagged-start.ts',
      'lib/push/policy/media-source.ts',
    ],
    words: amf0Words,
    shapes: chunkBytes,
    run(input) {
      const stream = new PublisherStream({
        chunkState: initialChunkState,
        acknowledgement: new AckCounter(),
        replayMaxBytes: 1024 * 1024,
        release() {},
        unreadable() {},
      });
      refusing(() => stream.take(Buffer.from(input)), ProtocolError);
      stream.replay();
      stream.clear();
      const source = new MediaSource(initialChunkState);
      source.wanted = (input.length & 1) === 0;
      refusing(() => source.take(input, 0), ProtocolError);
    },
  },
  {
    name: 'worker-media',
    about: "a publisher's bytes after publish, as a worker reads them",
    parsers: [
      'lib/encoder/publisher/publish-session.ts',
      'lib/encoder/publisher/policy/probe/classic-flv.ts',
      'lib/encoder/encoding/policy/feed/picture-feed.ts',
    ],
    words: amf0Words,
    shapes: chunkBytes,
    run(input) {
      const faults: unknown[] = [];
      const sink = new MediaSink();
      const { session, data } = openSession(plainHello, {
        abort: () => void faults.push('the link was aborted'),
      });
      // A session contains every fault; only those of its parsers may be there to contain.
      const contained = (cause: unknown): void => {
        if (!(cause instanceof ProtocolError) && !(cause instanceof FlvError)) faults.push(cause);
      };
      session.accept(
        { broadcastId: 'b' as BroadcastId, epoch: 1 },
        {
          media: (type, _timestampMs, payload) => sink.take(type, payload),
          metadata() {},
          tracksIgnored() {},
          skipped: contained,
          unusable: contained,
          batchEnded() {},
          unpublished() {},
          closed() {},
        },
      );
      data(input);
      for (const fault of faults) throw fault;
    },
  },
];
