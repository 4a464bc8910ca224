import { expect, test } from '@jest/globals';
import { PublisherStream } from '../../../lib/ingest/policy/publisher-stream.ts';
import { type Handover, RtmpServerSession } from '../../../lib/protocol/rtmp/server-session.ts';
import { MediaSource } from '../../../lib/push/policy/media-source.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';
import { openSession, plainHello } from '../../../testkit/harness/open-session.ts';
import { captures } from '../../vectors/rtmp/captures.ts';
import { bytesOf, cut } from './wire.ts';

const zeros = (length: number): Uint8Array => new Uint8Array(length);
const handshake = Buffer.concat([Buffer.of(3), Buffer.alloc(2 * 1536)]);

/** All that a whole session comes to: at the proxy up to publish, behind it, at a destination's feed, and at the worker. */
function outcomeOf(pieces: readonly Buffer[]): object {
  const session = new RtmpServerSession({ random: zeros });
  const acts: unknown[] = [];
  const sent: Buffer[] = [];
  const later: Buffer[] = [];
  let handover: Handover | undefined;
  for (const piece of pieces) {
    if (handover) later.push(piece);
    else {
      for (const action of session.push(Buffer.from(piece)))
        action.type === 'send' ? sent.push(action.bytes) : acts.push(action);
      if (session.phase === 'waiting') handover = session.handover();
    }
  }
  if (!handover) return { phase: session.phase };
  const media = Buffer.concat([handover.rest, ...later]);
  return {
    acts,
    sent: Buffer.concat(sent).toString('hex'),
    acknowledged: handover.acknowledgement.receivedBytes - handover.rest.length,
    chunkState: handover.chunkState,
    media: media.toString('hex'),
    relayed: relay([handover.rest, ...later], handover),
    pushed: push([handover.rest, ...later], handover),
    worked: work([handover.rest, ...later], handover),
  };
}

function relay(pieces: readonly Buffer[], { chunkState, acknowledgement }: Handover): unknown {
  const unreadable: unknown[] = [];
  const stream = new PublisherStream({
    chunkState,
    acknowledgement,
    replayMaxBytes: 1024 * 1024,
    release() {},
    unreadable: ({ code }) => unreadable.push(code),
  });
  const replies = pieces.flatMap((piece) => stream.take(Buffer.from(piece), { counted: true }).replies);
  const { pieces: kept = [], ...replay } = stream.replay() ?? {};
  return {
    replies,
    unreadable,
    replay,
    kept: Buffer.concat(kept).toString('hex'),
    latestMs: stream.latestMs,
  };
}

function push(pieces: readonly Buffer[], { chunkState }: Handover): unknown {
  const source = new MediaSource(chunkState);
  source.wanted = true;
  return pieces
    .flatMap((piece) => source.take(Buffer.from(piece), 0))
    .map(({ message: { payload, ...message }, headers }) => ({
      ...message,
      payload: payload.toString('hex'),
      headers: headers.length,
    }));
}

function work(pieces: readonly Buffer[], { chunkState }: Handover): unknown {
  const seen: unknown[] = [];
  const { session, data } = openSession({ ...plainHello, chunkState });
  session.accept(
    { broadcastId: 'b' as BroadcastId, epoch: 1 },
    {
      media: (type, timestampMs, payload, sessionMs) =>
        seen.push([type, timestampMs, payload.toString('hex'), sessionMs]),
      metadata: (facts) => seen.push(facts),
      tracksIgnored: (type) => seen.push(type),
      skipped: (cause) => seen.push(cause),
      unusable: (cause) => seen.push(cause),
      batchEnded() {},
      unpublished: () => seen.push('unpublished'),
      closed() {},
    },
  );
  for (const piece of pieces) data(Buffer.from(piece));
  return seen;
}

test.each(captures)('a session of $encoder comes to the same at every byte split', ({ hex, media }) => {
  const bytes = Buffer.concat([handshake, bytesOf(hex)]);
  const whole = outcomeOf([bytes]);
  expect(whole).toHaveProperty('worked.length', media.length);
  const reference = JSON.stringify(whole);
  const differing: number[] = [];
  for (let at = 1; at < bytes.length; at++) {
    // Within the handshake's zeros every split is like the others.
    if (at > 4 && at < handshake.length - 4 && at % 97 !== 0 && Math.abs(at - 1537) > 4) continue;
    const pieces = cut(bytes, [at]).map((piece) => Buffer.from(piece));
    if (JSON.stringify(outcomeOf(pieces)) !== reference) differing.push(at);
  }
  expect(differing).toEqual([]);
  expect(outcomeOf(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(whole);
});
