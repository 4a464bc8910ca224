import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isWrapped, maxPrefixBytes, packetOf } from '../../../lib/protocol/flv/wrapped-packet.ts';
import { multitrackOf, withModEx } from '../../../testkit/media/rtmp-dialects.ts';

const plain = (byte0: number, fourCc: string, body: string): Buffer =>
  Buffer.concat([Buffer.of(byte0), Buffer.from(fourCc, 'latin1'), Buffer.from(body, 'hex')]);
const header = plain(0x90, 'avc1', '0164001f');
const keyframe = plain(0x91, 'avc1', '0000000000000165');
const hevc = plain(0x90, 'hvc1', '0101');
const sound = plain(0x91, 'mp4a', '2110');

const video: readonly [name: string, message: Buffer, packet: Buffer, hasOtherTracks: boolean][] = [
  ['plain', keyframe, keyframe, false],
  ['classic', Buffer.from('17010000', 'hex'), Buffer.from('17010000', 'hex'), false],
  ['ModEx', withModEx(keyframe), keyframe, false],
  ['ModEx of a sequence header', withModEx(header), header, false],
  ['ModEx twice', withModEx(withModEx(keyframe, 1)), keyframe, false],
  ['ModEx of an unknown kind, 1 byte', withModEx(keyframe, Buffer.alloc(1, 7)), keyframe, false],
  ['ModEx of 255 bytes', withModEx(keyframe, Buffer.alloc(255, 7)), keyframe, false],
  ['ModEx of 256 bytes', withModEx(keyframe, Buffer.alloc(256, 7)), keyframe, false],
  ['ModEx of 700 bytes', withModEx(keyframe, Buffer.alloc(700, 7)), keyframe, false],
  ['OneTrack', multitrackOf('video', 'one', [[0, keyframe]]), keyframe, false],
  ['OneTrack behind ModEx', withModEx(multitrackOf('video', 'one', [[0, header]])), header, false],
  ['OneTrack of another', multitrackOf('video', 'one', [[1, keyframe]]), Buffer.alloc(0), true],
  [
    'ManyTracks',
    multitrackOf('video', 'many', [
      [0, keyframe],
      [1, keyframe],
    ]),
    keyframe,
    true,
  ],
  ['ManyTracks of one', multitrackOf('video', 'many', [[0, header]]), header, false],
  [
    'ManyTracks, the default last',
    multitrackOf('video', 'many', [
      [2, hevc],
      [1, hevc],
      [0, header],
    ]),
    plain(0x90, 'hvc1', '0164001f'),
    true,
  ],
  [
    'ManyTracksManyCodecs',
    multitrackOf('video', 'many-codecs', [
      [1, hevc],
      [0, header],
    ]),
    header,
    true,
  ],
];

describe('The packet of a video message', () => {
  test.each(video)('%s', (_, message, packet, hasOtherTracks) => {
    const { byte0, payload, ...rest } = packetOf('video', Buffer.from(message));
    expect(payload).toEqual(packet);
    expect(rest.hasOtherTracks).toBe(hasOtherTracks);
    if (packet.length > 0) expect(byte0).toBe(packet[0]);
    // A relay that knows only the first bytes comes to the same conclusion.
    expect(packetOf('video', Buffer.from(message.subarray(0, maxPrefixBytes))).byte0).toBe(byte0);
  });
});

test('The packet of an audio message', () => {
  for (const message of [withModEx(sound), multitrackOf('audio', 'one', [[0, sound]])])
    expect(packetOf('audio', message).payload).toEqual(sound);
  expect(packetOf('audio', multitrackOf('audio', 'one', [[3, sound]]))).toMatchObject({
    hasOtherTracks: true,
    payload: Buffer.alloc(0),
  });
  expect(isWrapped('audio', 0x96)).toBe(false);
  expect(isWrapped('video', 0x95)).toBe(false);
});

test('A message whose prefix is too long, cut off or contradictory has no packet', () => {
  const chained = withModEx(withModEx(keyframe, Buffer.alloc(600)), Buffer.alloc(600));
  const nested = multitrackOf('video', 'one', [[0, multitrackOf('video', 'one', [[0, keyframe]])]]);
  for (const message of [chained, nested, withModEx(keyframe).subarray(0, 4), Buffer.of(0x96, 0x31, 1, 2)])
    expect(packetOf('video', message)).toMatchObject({ payload: Buffer.alloc(0), hasOtherTracks: false });
});

test('Any bytes have a packet within them, and the first bytes of the message tell the same', () => {
  const bytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(
      fc.constantFrom('audio', 'video'),
      fc.constantFrom(0x95, 0x96, 0x97),
      bytes,
      (type, byte0, rest) => {
        const message = Buffer.concat([Buffer.of(byte0), rest]);
        const { payload } = packetOf(type, message);
        expect(payload.length).toBeLessThanOrEqual(message.length);
        expect(payload.buffer).toBe(message.buffer);
      },
    ),
  );
});
