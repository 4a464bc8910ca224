import { describe, expect, test } from '@jest/globals';
import {
  audioCodec,
  isAudioSequenceHeader,
  isVideoKeyframe,
  isVideoSequenceHeader,
  videoCodec,
} from '../../../lib/protocol/rtmp/media-tag.ts';
import { tagVectors } from '../../vectors/rtmp/media-tags.ts';
import { bytesOf } from './wire.ts';

const video = tagVectors.filter(({ kind }) => kind === 'video');
const audio = tagVectors.filter(({ kind }) => kind === 'audio');

describe('the first bytes of a message', () => {
  test.each(video)('of video: $name', ({ hex, codec, fourCc, keyframe = false, sequenceHeader = false }) => {
    const bytes = bytesOf(hex);
    const [byte0 = -1, byte1 = -1] = bytes;
    expect(isVideoKeyframe(byte0, byte1)).toBe(keyframe);
    expect(isVideoSequenceHeader(byte0, byte1)).toBe(sequenceHeader);
    expect(videoCodec(bytes)?.name).toBe(codec);
    expect(videoCodec(bytes)?.fourCc).toBe(fourCc);
  });

  test.each(audio)('of audio: $name', ({ hex, codec, fourCc, sequenceHeader = false }) => {
    const bytes = bytesOf(hex);
    const [byte0 = -1, byte1 = -1] = bytes;
    expect(isAudioSequenceHeader(byte0, byte1)).toBe(sequenceHeader);
    expect(audioCodec(bytes)?.name).toBe(codec);
    expect(audioCodec(bytes)?.fourCc).toBe(fourCc);
  });
});
