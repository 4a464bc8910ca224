import { describe, expect, test } from '@jest/globals';
import { SkippedCaptions } from '../../../../../lib/encoder/encoding/policy/captions/skipped-captions.ts';
import { captionData } from '../../../../../lib/packaging/codec/avc-caption-data.ts';
import { captionSei, inField, lengthPrefixed, popOn } from '../../../../../testkit/media/captions.ts';

const slice = lengthPrefixed(Buffer.from([0x65, 0x88, 0x84]));
const rendition = { width: 640, height: 360, bitrateBps: 800_000 };
const ladder = {
  video: [
    { ...rendition, id: '720p', frameRate: 60, pictureStep: 1 },
    { ...rendition, id: '360p', frameRate: 30, pictureStep: 2 },
  ],
};
const pairs = popOn('Hello out there');
const stepMs = 17;

type Constructs = ReturnType<typeof inField>;
const sampleWith = (constructs: Constructs): Buffer =>
  constructs.length === 0 ? slice : Buffer.concat([lengthPrefixed(captionSei(constructs)), slice]);

/** A picture of the input. */
function arrive(captions: SkippedCaptions, constructs: Constructs, decodedMs: number, laterMs = 0): void {
  const head = Buffer.from([0x17, 1, 0, 0, laterMs]);
  const payload = Buffer.concat([head, sampleWith(constructs)]);
  captions.arrived({ type: 'video', streamMs: decodedMs, payload, keyframe: true }, undefined);
}

const feed = (captions: SkippedCaptions, pictures: readonly Constructs[]): void =>
  pictures.forEach((constructs, index) => {
    arrive(captions, constructs, index * stepMs);
  });

/** What ffmpeg makes of them: every second picture with its own captions. Returns what those of a rendition carry. */
const halved = (captions: SkippedCaptions, pictures: readonly Constructs[]): Buffer[] =>
  pictures.flatMap((constructs, index) =>
    index % 2 === 0 ? [captionData(captions.carry('360p', index * stepMs, sampleWith(constructs)))] : [],
  );
const bytesOf = (pictures: readonly Constructs[]): Buffer => Buffer.from(pictures.flat(2));
const inTurn = inField(pairs).map((construct) => [construct]);

describe('a rendition with half the pictures', () => {
  test('has every pair of its captions, in order', () => {
    const captions = new SkippedCaptions(ladder);
    feed(captions, [...inTurn, []]);
    const carried = halved(captions, [...inTurn, []]);
    expect(Buffer.concat(carried)).toEqual(bytesOf(inTurn));
    expect(carried[1]).toHaveLength(6);
  });

  test('has them in the order of presentation, where pictures are decoded in another', () => {
    const captions = new SkippedCaptions(ladder);
    const [a, b, c, d] = inTurn as [Constructs, Constructs, Constructs, Constructs];
    arrive(captions, a, 0, 34);
    arrive(captions, d, 17, 68);
    arrive(captions, b, 34, 17);
    arrive(captions, c, 51, 17);
    const carried = [34, 68, 102].map((ms) =>
      captionData(captions.carry('360p', ms, ms === 68 ? sampleWith(c) : slice)),
    );
    expect(carried).toEqual([[], [b, c], [d]].map(bytesOf));
  });

  test('spreads what one picture can’t hold', () => {
    const captions = new SkippedCaptions(ladder);
    const full = Array.from({ length: 4 }, () => inField([...pairs, ...pairs].slice(0, 20)));
    const pictures = [...full, [], [], []];
    feed(captions, pictures);
    const carried = halved(captions, pictures);
    expect(Math.max(...carried.map(({ length }) => length))).toBe(31 * 3);
    expect(Buffer.concat(carried)).toEqual(bytesOf(full));
  });
});

test('a rendition with every picture, and pictures without captions, stay as they are', () => {
  const captions = new SkippedCaptions(ladder);
  feed(captions, inTurn);
  expect(captions.carry('720p', 2 * stepMs, slice)).toBe(slice);
  expect(new SkippedCaptions(ladder).carry('360p', 0, slice)).toBe(slice);
});

test('what another encoder began isn’t said again', () => {
  const captions = new SkippedCaptions(ladder);
  feed(captions, inTurn);
  expect(captions.carry('360p', 5 * stepMs, slice)).toBe(slice);
});
