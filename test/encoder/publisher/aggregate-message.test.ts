import { expect, test } from '@jest/globals';
import { encodeAmf0 } from '../../../lib/protocol/rtmp/amf0.ts';
import { ChunkWriter } from '../../../lib/protocol/rtmp/chunk-writer.ts';
import { encodeCommand } from '../../../lib/protocol/rtmp/commands.ts';
import type { ProtocolError } from '../../../lib/protocol/rtmp/errors.ts';
import type { BroadcastId } from '../../../lib/routing/ids.ts';
import { openSession, plainHello } from '../../../testkit/harness/open-session.ts';
import { aggregateOf } from '../../../testkit/media/rtmp-dialects.ts';

const video = (timestampMs: number) => ({
  typeId: 9,
  timestampMs,
  payload: Buffer.from([0x27, 1, 0, 0, 0, 1]),
});
const audio = (timestampMs: number) => ({ typeId: 8, timestampMs, payload: Buffer.from([0xaf, 1, 7]) });
const writer = new ChunkWriter();

/** A session on the seat, and what it delivers. */
function seated() {
  const seen: string[] = [];
  const { session, data } = openSession(
    { ...plainHello, firstFrame: 0 },
    { abort: () => void seen.push('aborted') },
  );
  session.accept(
    { broadcastId: 'b' as BroadcastId, epoch: 1 },
    {
      media: (type, timestampMs, _, sessionMs) => seen.push(`${type} ${timestampMs} at ${sessionMs}`),
      metadata: ({ frameRate }) => seen.push(`metadata ${frameRate}`),
      tracksIgnored() {},
      skipped: (cause) => seen.push((cause as ProtocolError).code),
      unusable: (cause) => seen.push(`unusable: ${cause}`),
      batchEnded() {},
      unpublished: () => seen.push('unpublished'),
      closed: () => seen.push('closed'),
    },
  );
  return { seen, session, take: data };
}

test('what an aggregate message contains is used as if it had been sent one by one', () => {
  const { seen, session, take } = seated();
  const metadata = { typeId: 18, timestampMs: 0, payload: encodeAmf0(['onMetaData', { framerate: 25 }]) };
  take(new ChunkWriter().write(aggregateOf([metadata, video(0), audio(3), video(40)], 500)));
  expect(seen).toEqual(['metadata 25', 'video 500 at 0', 'audio 503 at 3', 'video 540 at 40']);
  expect(session.nextFrame).toBe(3);
});

test('an aggregate message that cannot be read is used up to there, and the media after it goes on', () => {
  const { seen, take } = seated();
  const whole = aggregateOf([video(0), audio(3), video(40)]);
  const cutOff = { ...whole, payload: whole.payload.subarray(0, -8) };
  const withCommand = aggregateOf(
    [encodeCommand({ name: 'deleteStream', transactionId: 0, args: [null, 1] }), audio(60)],
    50,
  );
  take(Buffer.concat([cutOff, withCommand].map((message) => writer.write(message))));
  expect(seen).toEqual([
    'video 0 at 0',
    'audio 3 at 3',
    'AGGREGATE_MALFORMED',
    'audio 110 at 110',
    'AGGREGATE_MALFORMED',
  ]);
});
