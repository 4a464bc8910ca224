import { expect, test } from '@jest/globals';
import { stillsBefore, stillTags } from '../../../../../lib/encoder/encoding/policy/feed/still-tags.ts';
import { TagHistory } from '../../../../../lib/encoder/encoding/policy/feed/tag-history.ts';
import { isRepeat } from '../../../../../lib/encoder/policy/stream-tag.ts';

const silence = Buffer.from([0xaf, 1, 0]);
const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);

function history(): TagHistory {
  const history = new TagHistory();
  history.push({ type: 'video', streamMs: 1_000, payload: Buffer.from('key'), keyframe: true });
  history.push({ type: 'video', streamMs: 1_033, payload: Buffer.from('other'), keyframe: false });
  history.push({ type: 'audio', streamMs: 1_050, payload: Buffer.from('sound'), keyframe: false });
  return history;
}

test('the last picture stands, and is silent, until both tracks are past the end', () => {
  const tags = stillTags(history(), 1_200, { silence, audioHeader, audioFrameMs: 21.3 }, 500);
  const video = tags.filter(({ type }) => type === 'video');
  const audio = tags.filter(({ type }) => type === 'audio');
  expect(video.map(({ streamMs }) => streamMs)).toEqual([1_133, 1_201]);
  expect(video.every(isRepeat)).toBe(true);
  const sound = { type: 'audio', payload: silence, keyframe: false, audioHeader, filler: true };
  expect(audio[0]).toEqual({ ...sound, streamMs: 1_071 });
  expect(audio.at(-1)!.streamMs).toBeGreaterThanOrEqual(1_200);
});

test('the first picture stands from the beginning of its segment', () => {
  const first = { type: 'video' as const, streamMs: 10_250, payload: Buffer.from('key'), keyframe: true };
  const [still, ...repeats] = stillsBefore(first, 10_000, 500);
  expect(still).toEqual({ ...first, streamMs: 10_000 });
  expect(repeats.every(isRepeat)).toBe(true);
  expect(repeats.map(({ streamMs }) => streamMs)).toEqual([10_100, 10_200]);
  expect(stillsBefore({ ...first, streamMs: 10_000 }, 10_000, 500)).toEqual([]);
});

test('no picture stands for less than one of 24 a second', () => {
  const shown = stillTags(history(), 1_260, { audioHeader, audioFrameMs: 21 }, 500);
  expect(shown.map(({ streamMs }) => streamMs)).toEqual([1_133, 1_261]);
  const first = { type: 'video' as const, streamMs: 10_241, payload: Buffer.from('key'), keyframe: true };
  expect(stillsBefore(first, 10_000, 500).map(({ streamMs }) => streamMs)).toEqual([10_000, 10_100]);
});

test('no sound is made up if the format has no silent frame', () => {
  const tags = stillTags(history(), 1_200, { audioHeader, audioFrameMs: 21 }, 500);
  expect(tags.filter(({ type }) => type === 'audio')).toEqual([]);
});
