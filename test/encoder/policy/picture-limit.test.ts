import { expect, test } from '@jest/globals';
import { pictureFault } from '../../../lib/encoder/policy/picture-limit.ts';
import { parseAvcSps } from '../../../lib/packaging/codec/avc-sps.ts';
import { type SequenceHeaderOptions, spsOf } from '../../../testkit/media/sequence-header.ts';

const faultOf = (options: SequenceHeaderOptions) => pictureFault(parseAvcSps(spsOf(options)));

test.each<[string, SequenceHeaderOptions]>([
  ['720p', { width: 1280, height: 720 }],
  ['1080p with 16 reference pictures', { width: 1920, height: 1088, referencePictures: 16 }],
  ['4K', { width: 3840, height: 2160, referencePictures: 5 }],
  ['4096×2304', { width: 4096, height: 2304, referencePictures: 5 }],
  ['a phone held upright', { width: 1088, height: 1920, referencePictures: 4 }],
  ['anamorphic SD', { width: 720, height: 576, pixels: [64, 45] }],
])('%s is taken', (_, options) => {
  expect(faultOf(options)).toBeUndefined();
});

test.each<[string, SequenceHeaderOptions, RegExp]>([
  ['8192×8192', { width: 8192, height: 8192, referencePictures: 16 }, /^8192x8192; send 4096x2304 or less$/],
  ['just above the largest', { width: 4112, height: 2304 }, /^4112x2304;/],
  ['a thin line of that many pixels', { width: 16_384, height: 592 }, /^16384x592;/],
  ['too many reference pictures', { width: 4096, height: 2304, referencePictures: 6 }, /send 5 or fewer/],
  ['pixels as wide as a screen', { width: 1280, height: 720, pixels: [65_535, 1] }, /less oblong/],
  ['pixels as high as a screen', { width: 1280, height: 720, pixels: [1, 65_535] }, /less oblong/],
])('%s is refused in words', (_, options, words) => {
  expect(faultOf(options)).toMatch(words);
});
