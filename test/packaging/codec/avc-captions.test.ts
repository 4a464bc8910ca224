import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CaptionChannel,
  CaptionSearch,
  namedChannels,
} from '../../../lib/packaging/codec/avc-captions.ts';
import {
  captionSei,
  deleteWindow,
  dtvccPacket,
  inField,
  lengthPrefixed,
  popOn,
  showWindow,
} from '../../../testkit/media/captions.ts';

const slice = lengthPrefixed(Buffer.from([0x65, 0x88, 0x84]));
const picture = (...units: Uint8Array[]) => Buffer.concat([...units.map(lengthPrefixed), slice]);
const channelsOf = (...samples: Uint8Array[]) => {
  const search = new CaptionSearch();
  return samples.map((sample) => search.channelsIn(sample));
};

describe('captions in a picture', () => {
  test('are found by their control codes, in either field', () => {
    const pairs = popOn('Hello');
    const pictures = [inField(pairs), inField(pairs, 2), inField([[0x1c, 0x20]])];
    expect(channelsOf(...pictures.map((each) => picture(captionSei(each))))).toEqual([
      ['CC1'],
      ['CC3'],
      ['CC2'],
    ]);
  });

  test('are not there in padding, in letters alone, and in XDS', () => {
    const pictures = [inField([[0, 0]]), inField([[0x48, 0x65]]), inField([[0x01, 0x03]], 2)];
    expect(channelsOf(...pictures.map((each) => picture(captionSei(each))))).toEqual([[], [], []]);
  });

  test('are found beside other messages, and behind bytes that prevent a start code', () => {
    // A recovery point, then user data whose cc_data says so after two zeros.
    const sei = captionSei(inField([[0x14, 0x20]]));
    const recovery = Buffer.from([0x06, 0x06, 0x01, 0xc4]);
    const both = Buffer.concat([recovery, sei.subarray(1)]);
    const padding = Buffer.from([0x06, 0x05, 0x04, 0x00, 0x00, 0x03, 0x00, 0x01]);
    const behind = Buffer.concat([padding, sei.subarray(1)]);
    expect(channelsOf(picture(both), picture(behind))).toEqual([['CC1'], ['CC1']]);
  });

  test('are not looked for behind the picture', () => {
    const late = Buffer.concat([slice, lengthPrefixed(captionSei(inField(popOn('Hello'))))]);
    expect(channelsOf(late)).toEqual([[]]);
  });

  test('whatever the bytes are, it ends', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 5 }), (pictures) => {
        const seis = pictures.map((bytes) => picture(Buffer.concat([Buffer.from([0x06]), bytes])));
        expect(channelsOf(...seis).flat().length).toBeLessThan(67 * 5);
      }),
    );
  });
});

describe('CEA-708 captions', () => {
  const windows = (...services: number[]) =>
    dtvccPacket(services.map((service) => ({ service, bytes: showWindow('Hi') })));

  test('are found by their services’ windows, also of a second and of a far service in the same packet', () => {
    expect(channelsOf(picture(captionSei(windows(1))))).toEqual([['SERVICE1']]);
    expect(channelsOf(picture(captionSei(windows(2, 9))))).toEqual([['SERVICE2', 'SERVICE9']]);
  });

  test('are found in a packet that several pictures carry, once it is whole', () => {
    const packet = windows(1);
    const parts = [packet.slice(0, 2), packet.slice(2, 3), packet.slice(3)];
    expect(channelsOf(...parts.map((part) => picture(captionSei(part))))).toEqual([[], [], ['SERVICE1']]);
  });

  test('are not there in packets that are cut off or only fill up', () => {
    const [first, ...rest] = windows(1);
    const cut = [picture(captionSei([first!])), picture(captionSei(windows(2)))];
    expect(channelsOf(...cut)).toEqual([[], ['SERVICE2']]);
    expect(channelsOf(picture(captionSei(rest)))).toEqual([[]]);
    const cleared = dtvccPacket([{ service: 1, bytes: deleteWindow }]);
    expect(channelsOf(picture(captionSei(cleared)))).toEqual([[]]);
    const invalid = windows(1).map(([head, a, b]) => [head & ~0x04, a, b] as const);
    expect(channelsOf(picture(captionSei(invalid)))).toEqual([[]]);
  });
});

test('manifests name services only where there are no channels of the old kind, in the order of their numbers', () => {
  const named = (...seen: CaptionChannel[]) => namedChannels(new Set(seen));
  expect(named('SERVICE10', 'SERVICE2')).toEqual(['SERVICE2', 'SERVICE10']);
  expect(named('SERVICE1', 'CC3', 'CC1')).toEqual(['CC1', 'CC3']);
});
