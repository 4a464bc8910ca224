import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  encodeLinkFrame,
  type LinkFrame,
  LinkFrameDecoder,
} from '../../../lib/protocol/relay/link-frames.ts';
import type { BroadcastId, MemberId } from '../../../lib/routing/ids.ts';
import { codeOf, cut } from '../rtmp/wire.ts';

const json = (value: unknown) => Buffer.from(JSON.stringify(value));

function frameBytes(type: number, payload: Buffer, length = payload.length): Buffer {
  return Buffer.concat([Buffer.of(type, length >> 16, (length >> 8) & 255, length & 255), payload]);
}

/** Frames and their bytes: one table for reading and writing. */
const vectors: readonly { readonly frame: LinkFrame; readonly bytes: Buffer }[] = [
  {
    frame: { type: 'accepted', broadcastId: '01hxyz' as BroadcastId, epoch: 3 },
    bytes: frameBytes(1, json({ broadcastId: '01hxyz', epoch: 3 })),
  },
  {
    frame: { type: 'refused', reason: 'busy', description: 'Someone else is live.' },
    bytes: frameBytes(2, json({ reason: 'busy', description: 'Someone else is live.' })),
  },
  {
    frame: { type: 'refused', reason: 'held-elsewhere', description: '', holder: 'encoder-2' as MemberId },
    bytes: frameBytes(2, json({ reason: 'held-elsewhere', description: '', holder: 'encoder-2' })),
  },
  {
    frame: { type: 'status', level: 'error', code: 'NetStream.Publish.Failed', description: 'HEVC' },
    bytes: frameBytes(3, json({ level: 'error', code: 'NetStream.Publish.Failed', description: 'HEVC' })),
  },
  {
    frame: { type: 'published-through', timestampMs: 2 ** 33 + 5 },
    bytes: frameBytes(4, Buffer.from('0000000200000005', 'hex')),
  },
  { frame: { type: 'draining' }, bytes: frameBytes(5, json({})) },
  {
    frame: { type: 'end', reason: 'ended by its owner' },
    bytes: frameBytes(6, json({ reason: 'ended by its owner' })),
  },
  { frame: { type: 'standby' }, bytes: frameBytes(7, json({})) },
  { frame: { type: 'clock', nowMs: 2 ** 41 }, bytes: frameBytes(8, json({ nowMs: 2 ** 41 })) },
  {
    frame: { type: 'parts-through', keyFramesAtMs: [7000, 7500, 8000] },
    bytes: frameBytes(9, json({ keyFramesAtMs: [7000, 7500, 8000] })),
  },
  { frame: { type: 'lease-renewed', version: 12 }, bytes: frameBytes(10, json({ version: 12 })) },
];

function decode(pieces: readonly Uint8Array[]): { frames: LinkFrame[]; code: string | undefined } {
  const frames: LinkFrame[] = [];
  const decoder = new LinkFrameDecoder((frame) => frames.push(frame));
  const code = codeOf(() => {
    for (const piece of pieces) {
      const copy = Buffer.from(piece);
      decoder.push(copy);
      copy.fill(0xee);
    }
  });
  return { frames, code };
}

describe('link frames', () => {
  test.each(vectors)('reads $frame', ({ frame, bytes }) => {
    expect(decode([bytes])).toEqual({ frames: [frame], code: undefined });
  });

  test.each(vectors)('writes $frame', ({ frame, bytes }) => {
    expect(encodeLinkFrame(frame).toString('latin1')).toBe(bytes.toString('latin1'));
  });

  test('are the same however their bytes are cut', () => {
    const bytes = Buffer.concat(vectors.map((vector) => vector.bytes));
    const frames = vectors.map((vector) => vector.frame);
    for (const at of bytes.keys()) expect(decode(cut(bytes, [at])).frames).toEqual(frames);
    expect(decode(cut(bytes, [...bytes.keys()])).frames).toEqual(frames);
  });

  test('may have fields that we do not know yet', () => {
    const bytes = frameBytes(5, json({ deadlineMs: 5000 }));
    expect(decode([bytes]).frames).toEqual([{ type: 'draining' }]);
  });

  test.each([0, 11, 77, 255])('of type %d, which we do not know, are dropped', (type) => {
    const bytes = Buffer.concat([
      frameBytes(type, Buffer.from('anything')),
      encodeLinkFrame({ type: 'draining' }),
    ]);
    for (const at of bytes.keys())
      expect(decode(cut(bytes, [at]))).toEqual({ frames: [{ type: 'draining' }], code: undefined });
  });

  test.each([
    [
      'a length over 64 KiB, before its payload comes',
      frameBytes(6, Buffer.alloc(0), 65_537),
      'LINK_FRAME_TOO_LONG',
    ],
    ['no payload', frameBytes(5, Buffer.alloc(0)), 'LINK_FRAME_MALFORMED'],
    ['a payload that is no JSON', frameBytes(6, Buffer.from('{"reason":')), 'LINK_FRAME_MALFORMED'],
    ['a payload that is no object', frameBytes(5, json(null)), 'LINK_FRAME_MALFORMED'],
    ['a field missing', frameBytes(1, json({ epoch: 1 })), 'LINK_FRAME_MALFORMED'],
    [
      'a field of another type',
      frameBytes(1, json({ broadcastId: 'b', epoch: '1' })),
      'LINK_FRAME_MALFORMED',
    ],
    ['a fractional epoch', frameBytes(1, json({ broadcastId: 'b', epoch: 1.5 })), 'LINK_FRAME_MALFORMED'],
    [
      'an id that would leave its folder',
      frameBytes(1, json({ broadcastId: '../x', epoch: 1 })),
      'LINK_FRAME_MALFORMED',
    ],
    ['an unknown reason', frameBytes(2, json({ reason: 'tired', description: '' })), 'LINK_FRAME_MALFORMED'],
    [
      'an unknown level',
      frameBytes(3, json({ level: 'warning', code: 'a', description: 'b' })),
      'LINK_FRAME_MALFORMED',
    ],
    [
      'another type in its payload',
      frameBytes(6, json({ type: 'draining', reason: 'x' })),
      'LINK_FRAME_MALFORMED',
    ],
    ['no time', frameBytes(9, json({ keyFramesAtMs: [] })), 'LINK_FRAME_MALFORMED'],
    ['too many times', frameBytes(9, json({ keyFramesAtMs: Array(17).fill(1) })), 'LINK_FRAME_MALFORMED'],
    ['a lease of no version', frameBytes(10, json({})), 'LINK_FRAME_MALFORMED'],
    ['a negative time', frameBytes(9, json({ keyFramesAtMs: [-1] })), 'LINK_FRAME_MALFORMED'],
    ['an unknown type that is too long', frameBytes(77, Buffer.alloc(0), 65_537), 'LINK_FRAME_TOO_LONG'],
    ['a time of 7 bytes', frameBytes(4, Buffer.alloc(7)), 'LINK_FRAME_MALFORMED'],
    ['a time beyond 2⁵³', frameBytes(4, Buffer.alloc(8, 0xff)), 'LINK_FRAME_MALFORMED'],
  ])('are refused with %s, after the frame before', (_name, bytes, code) => {
    const good = encodeLinkFrame({ type: 'draining' });
    expect(decode([good, bytes])).toEqual({ frames: [{ type: 'draining' }], code });
    expect(decode([Buffer.concat([good, bytes])])).toEqual({ frames: [{ type: 'draining' }], code });
  });

  test('are not written over 64 KiB or with a time that is none', () => {
    const reason = 'x'.repeat(65_536);
    expect(() => encodeLinkFrame({ type: 'end', reason })).toThrow(RangeError);
    expect(() => encodeLinkFrame({ type: 'published-through', timestampMs: 0.5 })).toThrow(RangeError);
    expect(() => encodeLinkFrame({ type: 'published-through', timestampMs: -1 })).toThrow('out of range');
  });

  test('are read back with any words', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (reason) => {
        expect(decode([encodeLinkFrame({ type: 'end', reason })]).frames).toEqual([{ type: 'end', reason }]);
      }),
    );
  });

  test('throw nothing but protocol errors, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 }), fc.uint8Array({ maxLength: 60 }), (type, bytes) => {
        decode([frameBytes(type, Buffer.from(bytes))]);
      }),
      { numRuns: 500 },
    );
  });
});
