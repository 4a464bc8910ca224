import fc from 'fast-check';
import { decideFormat } from '../../lib/encoder/policy/input-format.ts';
import { readSegmentFacts } from '../../lib/encoder/publication/policy/recovery/stored-segment.ts';
import { CmafError } from '../../lib/packaging/cmaf/errors.ts';
import { parseChunks, parseInit } from '../../lib/packaging/cmaf/reader.ts';
import { parseAudioSpecificConfig } from '../../lib/packaging/codec/aac-config.ts';
import { aacSilence } from '../../lib/packaging/codec/aac-silence.ts';
import { captionData, withCaptionData } from '../../lib/packaging/codec/avc-caption-data.ts';
import { CaptionSearch, captionChannels } from '../../lib/packaging/codec/avc-captions.ts';
import { parseAvcConfig } from '../../lib/packaging/codec/avc-config.ts';
import { AvcRepeater } from '../../lib/packaging/codec/avc-repeat.ts';
import { canBeginAt } from '../../lib/packaging/codec/avc-start.ts';
import { CodecConfigError } from '../../lib/packaging/codec/errors.ts';
import { fitLadder } from '../../lib/packaging/ladder-fit.ts';
import { must, refusing } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';
import { avcConfigBytes } from '../shapes/avc-bytes.ts';

const classicHead = Buffer.of(0x17, 0, 0, 0, 0);

/** Every number that a format leads to is used for a picture's size, a rate or a length. */
function mustBeSane(avcC: Buffer): void {
  const format = refusing(
    () => decideFormat({ videoHeader: Buffer.concat([classicHead, avcC]) }),
    CodecConfigError,
  );
  if (format instanceof Error) return;
  const { width, height, frameRate } = format.picture!.input;
  must(
    [width, height, frameRate].every((value) => Number.isFinite(value) && value > 0 && value < 1e9),
    `a picture of ${width}×${height} at ${frameRate}`,
  );
  for (const rendition of fitLadder(format.picture!.input).video)
    must(
      rendition.width > 0 && rendition.height > 0,
      `a rendition of ${rendition.width}×${rendition.height}`,
    );
}

/** An SEI unit with captions as ATSC A/53 has them, behind its length. */
const captionUnit = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 93 }), fc.integer({ min: -2, max: 2 }))
  .map(([flags, constructs, off]) => {
    const data = Buffer.concat([
      Buffer.of(0xb5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03, flags, 0xff),
      constructs,
    ]);
    const unit = Buffer.concat([Buffer.of(0x06, 4, Math.max(0, data.length + off)), data, Buffer.of(0x80)]);
    return Buffer.concat([Buffer.of(0, 0, 0, unit.length), unit]);
  });

/** Two lengths and what they are the lengths of: a sequence header, then one sample after the other. */
function repeatPictures(input: Buffer): void {
  const length = input.length >= 2 ? input.readUInt16BE(0) : 0;
  refusing(() => {
    const repeater = new AvcRepeater(input.subarray(2, 2 + length));
    let made = 0;
    for (let at = 2 + length; at + 2 <= input.length && made < 4; made++) {
      const end = at + 2 + input.readUInt16BE(at);
      repeater.observe(input.subarray(at + 2, end));
      repeater.repeat();
      at = end;
    }
  }, CodecConfigError);
}

export const codecTargets: readonly FuzzTarget[] = [
  {
    name: 'avc-config',
    about: 'the sequence header of H.264: avcC, SPS and PPS',
    parsers: [
      'lib/packaging/codec/avc-config.ts',
      'lib/packaging/codec/avc-sps.ts',
      'lib/packaging/codec/avc-pps.ts',
      'lib/packaging/codec/bit-reader.ts',
      'lib/encoder/policy/input-format.ts',
    ],
    shapes: avcConfigBytes,
    run(input) {
      const avc = refusing(() => parseAvcConfig(input), CodecConfigError);
      mustBeSane(input);
      if (avc instanceof Error) return;
      const { maxReferenceFrames, frameNumBits, pictureOrderBits } = avc.slices;
      must(
        maxReferenceFrames <= 16 && frameNumBits <= 16 && pictureOrderBits <= 16,
        `slices beyond the standard's limits: ${JSON.stringify(avc.slices)}`,
      );
    },
  },
  {
    name: 'avc-pictures',
    about: 'H.264 pictures, which are repeated, and where decoding can begin',
    parsers: [
      'lib/packaging/codec/avc-repeat.ts',
      'lib/packaging/codec/avc-slice.ts',
      'lib/packaging/codec/avc-start.ts',
    ],
    shapes: fc
      .tuple(
        avcConfigBytes,
        fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 4 }),
        fc.constantFrom(0x65, 0x41, 0x01, 0x06),
      )
      .map(([avcC, samples, type]) => {
        const lengthBytes = (avcC[4]! & 3) + 1;
        const sized = samples.map((sample) => {
          const nal = Buffer.concat([Buffer.of(type, 0x88), sample]);
          const size = Buffer.alloc(lengthBytes);
          size.writeUIntBE(nal.length % 256 ** lengthBytes, 0, lengthBytes);
          const whole = Buffer.concat([size, nal]);
          return Buffer.concat([Buffer.of(whole.length >> 8, whole.length & 255), whole]);
        });
        return Buffer.concat([Buffer.of(avcC.length >> 8, avcC.length & 255), avcC, ...sized]);
      }),
    run(input) {
      for (const nalLengthBytes of [1, 2, 4]) canBeginAt(input, nalLengthBytes);
      repeatPictures(input);
    },
  },
  {
    name: 'captions',
    about: 'captions in the SEI of H.264 pictures, read and written',
    parsers: ['lib/packaging/codec/avc-captions.ts'],
    shapes: fc.array(captionUnit, { maxLength: 4 }).map((units) => Buffer.concat(units)),
    run(input) {
      const search = new CaptionSearch();
      for (const nalLengthBytes of [1, 2, 4]) {
        for (const channel of search.channelsIn(input, nalLengthBytes))
          must(captionChannels.includes(channel), `a channel named ${channel}`);
        withCaptionData(input, captionData(input, nalLengthBytes));
      }
    },
  },
  {
    name: 'aac-config',
    about: 'the sequence header of AAC',
    parsers: ['lib/packaging/codec/aac-config.ts'],
    run(input) {
      const aac = refusing(() => parseAudioSpecificConfig(input), CodecConfigError);
      const format = refusing(
        () => decideFormat({ audioHeader: Buffer.concat([Buffer.of(0xaf, 0), input]) }),
        CodecConfigError,
      );
      if (aac instanceof Error || format instanceof Error) return;
      must(
        Number.isFinite(format.audioFrameMs) && format.audioFrameMs > 0,
        `frames of ${format.audioFrameMs} ms`,
      );
      if (aac.channelConfig >= 1 && aac.channelConfig <= 7) aacSilence(aac.channelConfig);
    },
  },
  {
    name: 'cmaf',
    about: 'segments and init segments, as recovery, drills and tests read them',
    parsers: [
      'lib/packaging/cmaf/box-reader.ts',
      'lib/packaging/cmaf/reader.ts',
      'lib/encoder/publication/policy/recovery/stored-segment.ts',
    ],
    words: [
      'moof',
      'mfhd',
      'traf',
      'tfhd',
      'tfdt',
      'trun',
      'mdat',
      'styp',
      'prft',
      'emsg',
      'ftyp',
      'moov',
      'trak',
    ],
    run(input) {
      refusing(() => parseChunks(input), CmafError);
      refusing(() => parseInit(input), CmafError);
      const facts = readSegmentFacts(input);
      must(
        facts === undefined || (Number.isFinite(facts.startTicks) && Number.isFinite(facts.durationTicks)),
        `a segment of ${JSON.stringify(facts)}`,
      );
    },
  },
];
