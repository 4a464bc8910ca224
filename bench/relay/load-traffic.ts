import { randomFillSync } from 'node:crypto';
import { stampBytes } from './media-stamp.ts';

/** A message of one loop of the load: H.264-like or AAC-like, a real tag header followed by random bytes. */
export interface LoadMessage {
  readonly type: 'audio' | 'video';
  /** Position in the loop, in ms. */
  readonly timeMs: number;
  readonly payload: Buffer;
}

/** One GOP: 60 frames at 30 fps. */
export const loopMs = 2_000;
const frames = 60;
/** AAC at 48 kHz has 46.875 frames per second; 94 in 2 s let the loop close. */
const audioFrames = 94;
const audioBps = 128_000;
/** A key frame is this many times as long as another frame, as x264 produces at these rates. */
const keyframeFactor = 6;

/**
 * The messages of one loop in order, `bitrateBps` in total (not counting chunk headers). A message's last chunk is never
 * shorter than its stamp, so that the stamp is contiguous.
 */
export function loadLoop(bitrateBps: number, chunkSize: number): LoadMessage[] {
  const videoBytes = ((bitrateBps - audioBps) / 8) * (loopMs / 1000);
  const frameBytes = videoBytes / (frames - 1 + keyframeFactor);
  const messages: LoadMessage[] = [];
  for (let frame = 0; frame < frames; frame++) {
    const key = frame === 0;
    const length = Math.round(key ? frameBytes * keyframeFactor : frameBytes);
    // FLV video tag: AVC key frame or inter frame, NAL units, composition time 0 (E.4.3).
    const head = Buffer.of(key ? 0x17 : 0x27, 1, 0, 0, 0);
    messages.push({
      type: 'video',
      timeMs: (frame * loopMs) / frames,
      payload: fill(head, length, chunkSize),
    });
  }
  const audioBytes = Math.round(((audioBps / 8) * (loopMs / 1000)) / audioFrames);
  for (let frame = 0; frame < audioFrames; frame++) {
    // FLV audio tag: AAC, raw frame (E.4.2).
    const payload = fill(Buffer.of(0xaf, 1), audioBytes, chunkSize);
    messages.push({ type: 'audio', timeMs: (frame * loopMs) / audioFrames, payload });
  }
  return messages
    .map((message) => ({ ...message, timeMs: Math.round(message.timeMs) }))
    .sort((a, b) => a.timeMs - b.timeMs);
}

/**
 * The decoder configurations that a publisher sends first: AVC (constrained baseline, 1280×720) and AAC-LC (48 kHz stereo).
 */
export const sequenceHeaders = {
  video: Buffer.from(
    '17000000000142c01fffe100176742c01fda014016ec0440000003004000000f03c60ca801000468ce0fc8',
    'hex',
  ),
  audio: Buffer.from('af00119056e500', 'hex'),
} as const;

/** One loop as bytes of a publisher's chunk stream. */
export interface Reel {
  readonly bytes: Buffer;
  /** For each message: where it ends in `bytes`, and when it is due in the loop. */
  readonly ends: readonly number[];
  readonly timesMs: readonly number[];
}

/**
 * Writes the loop as messages of a publisher, from `startMs` on. Chunk headers carry differences, so from the second reel on
 * all are the same bytes: that one can be sent again and again.
 */
export function makeReel(
  write: (type: LoadMessage['type'], timestampMs: number, payload: Buffer) => Buffer,
  loop: readonly LoadMessage[],
  startMs: number,
): Reel {
  const pieces = loop.map(({ type, timeMs, payload }) => write(type, startMs + timeMs, payload));
  let end = 0;
  const ends = pieces.map((piece) => {
    end += piece.length;
    return end;
  });
  return { bytes: Buffer.concat(pieces), ends, timesMs: loop.map(({ timeMs }) => timeMs) };
}

function fill(head: Buffer, length: number, chunkSize: number): Buffer {
  const last = length % chunkSize;
  const payload = Buffer.alloc(last > 0 && last < stampBytes ? length + stampBytes : length);
  randomFillSync(payload);
  head.copy(payload);
  return payload;
}
