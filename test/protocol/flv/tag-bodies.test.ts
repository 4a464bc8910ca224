import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseAudioTag } from '../../../lib/protocol/flv/audio-tag.ts';
import { FlvError } from '../../../lib/protocol/flv/errors.ts';
import { parseVideoTag } from '../../../lib/protocol/flv/video-tag.ts';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const fourCc = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

describe('parseVideoTag', () => {
  test.each([
    ['17000000000142', 'avc', 'key', 'sequence-header', 0, '0142'],
    ['1701000050aabb', 'avc', 'key', 'frame', 80, 'aabb'],
    ['2701ffffb0cc', 'avc', 'inter', 'frame', -80, 'cc'],
    ['3701000000cc', 'avc', 'disposable-inter', 'frame', 0, 'cc'],
    ['1702000000', 'avc', 'key', 'end', 0, ''],
    ['1c01000021ab', 'hevc', 'key', 'frame', 33, 'ab'],
    ['22abcd', 'sorenson-h263', 'inter', 'frame', 0, 'abcd'],
    ['1dab', 'unknown-13', 'key', 'frame', 0, 'ab'],
    ['5700', 'avc', 'command', 'other', 0, '00'],
    [`90${fourCc('hvc1')}0101`, 'hevc', 'key', 'sequence-header', 0, '0101'],
    [`91${fourCc('hvc1')}fffffeaa`, 'hevc', 'key', 'frame', -2, 'aa'],
    [`a1${fourCc('av01')}aabbcc`, 'av1', 'inter', 'frame', 0, 'aabbcc'],
    [`a3${fourCc('avc1')}aabbcc`, 'avc', 'inter', 'frame', 0, 'aabbcc'],
    [`92${fourCc('vp09')}`, 'vp9', 'key', 'end', 0, ''],
    [`94${fourCc('hvc1')}00`, 'hevc', 'key', 'other', 0, '00'],
    [`90${fourCc('ab"\n')}00`, 'unknown-ab??', 'key', 'sequence-header', 0, '00'],
  ])('reads %s as %s, %s, %s', (input, codec, frameType, packetType, compositionTimeMs, data) => {
    expect(parseVideoTag(hex(input))).toEqual({
      codec,
      frameType,
      keyframe: frameType === 'key',
      packetType,
      compositionTimeMs,
      data: hex(data),
    });
  });

  test.each(['', '17', '17010000', `91${fourCc('hvc1')}0000`, '90617663'])(
    'refuses %p as cut off',
    (input) => {
      expect(() => parseVideoTag(hex(input))).toThrow(expect.objectContaining({ code: 'FLV_SHORT_BODY' }));
    },
  );
});

describe('parseAudioTag', () => {
  test.each([
    ['af001190', 'aac', 'sequence-header', '1190'],
    ['af01211049', 'aac', 'frame', '211049'],
    ['2fff', 'mp3', 'frame', 'ff'],
    ['b2ab', 'speex', 'frame', 'ab'],
    ['d0ab', 'unknown-13', 'frame', 'ab'],
    [`90${fourCc('Opus')}4f70`, 'opus', 'sequence-header', '4f70'],
    [`91${fourCc('mp4a')}2110`, 'aac', 'frame', '2110'],
    [`94${fourCc('mp4a')}00`, 'aac', 'other', '00'],
  ])('reads %s as %s, %s', (input, codec, packetType, data) => {
    expect(parseAudioTag(hex(input))).toEqual({ codec, packetType, data: hex(data) });
  });

  test.each(['', 'af', '904f70'])('refuses %p as cut off', (input) => {
    expect(() => parseAudioTag(hex(input))).toThrow(expect.objectContaining({ code: 'FLV_SHORT_BODY' }));
  });
});

test('any bytes are a tag body or an FlvError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      for (const parse of [parseVideoTag, parseAudioTag]) {
        try {
          expect(parse(Buffer.from(bytes)).codec).toMatch(/^[\w.?-]+$/);
        } catch (error) {
          expect(error).toBeInstanceOf(FlvError);
        }
      }
    }),
  );
});
