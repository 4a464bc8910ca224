import { expect, test } from '@jest/globals';
import { parseAudioTag } from '../../../lib/protocol/flv/audio-tag.ts';
import { FlvReader } from '../../../lib/protocol/flv/reader.ts';
import { parseVideoTag } from '../../../lib/protocol/flv/video-tag.ts';
import { writeFlvHeader, writeFlvTag } from '../../../lib/protocol/flv/writer.ts';
import { decodedFrames, ffmpeg } from '../../packaging/support/ffmpeg.ts';

/** Ten frames and their sound, from 4 h 43 min on: its timestamps need the extension byte. */
const flv = ffmpeg([
  ...['-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=25:d=0.4', '-f', 'lavfi', '-i', 'sine=r=48000:d=0.4'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  ...['-output_ts_offset', '17000', '-flvflags', 'no_duration_filesize', '-f', 'flv', 'pipe:1'],
]);

test('an FLV of ffmpeg, read and written again, is the same to the byte', () => {
  const tags = new FlvReader().push(flv);
  const again = Buffer.concat([writeFlvHeader({ audio: true, video: true }), ...tags.flatMap(writeFlvTag)]);
  expect(again.equals(flv)).toBe(true);
});

test('the tags of ffmpeg are the frames that it sent, at their times', () => {
  const tags = new FlvReader().push(flv);
  const video = tags
    .filter(({ type }) => type === 'video')
    .map(({ timestampMs, payload }) => ({ timestampMs, ...parseVideoTag(payload) }));
  expect(video[0]).toMatchObject({ codec: 'avc', packetType: 'sequence-header' });
  expect(video.at(-1)).toMatchObject({ codec: 'avc', packetType: 'end' });
  const frames = video.filter(({ packetType }) => packetType === 'frame');
  expect(frames.map(({ timestampMs }) => timestampMs)).toEqual(
    Array.from({ length: 10 }, (_, index) => 17_000_000 + index * 40),
  );
  expect(frames.map(({ keyframe }) => keyframe)).toEqual([true, ...Array.from({ length: 9 }, () => false)]);
  const audio = tags.filter(({ type }) => type === 'audio').map(({ payload }) => parseAudioTag(payload));
  expect(audio[0]).toMatchObject({ codec: 'aac', packetType: 'sequence-header' });
  expect(audio.filter(({ packetType }) => packetType === 'frame').length).toBeGreaterThan(17);
});

test('an FLV of ours is read by ffmpeg', () => {
  const tags = new FlvReader().push(flv).filter(({ type }) => type === 'video');
  const ours = Buffer.concat([writeFlvHeader({ audio: false, video: true }), ...tags.flatMap(writeFlvTag)]);
  expect(decodedFrames(ours, ['-map', '0:v']).length).toBe(10);
});
