import { describe, expect, test } from '@jest/globals';
import type { Download } from '../../../../lib/player/page/api/types.ts';
import {
  clockText,
  downloadWords,
  formatBytes,
  parseClock,
  readClip,
} from '../../../../lib/player/page/model/recordings.ts';

describe('sizes', () => {
  test.each([
    [0, '0 kB'],
    [999_400, '999 kB'],
    [999_600, '1.0 MB'],
    [9_960_000, '10 MB'],
    [1_902_346_240, '1.9 GB'],
    [2e15, '2000 TB'],
  ])('%i is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('times as people type them', () => {
  test.each([
    ['75', 75_000],
    ['0', 0],
    ['1:15', 75_000],
    ['1:01:15.5', 3_675_500],
    [' 0:05,25 ', 5_250],
    ['90:00', 5_400_000],
  ])('%j is %i ms', (text, ms) => expect(parseClock(text)).toBe(ms));

  test.each(['', 'x', '1:60', '1:75:00', '1:2:3:4', '-1', '1.2345'])('%j is none', (text) => {
    expect(parseClock(text)).toBeUndefined();
  });

  test('are read back as they are shown', () => {
    for (const ms of [0, 999, 61_500, 3_675_050, 86_400_000]) expect(parseClock(clockText(ms))).toBe(ms);
    expect(clockText(61_500)).toBe('1:01.5');
  });
});

describe('a clip', () => {
  test('from here to there', () => {
    expect(readClip({ start: '0:05', end: '10' }, 60_000)).toEqual({ startMs: 5_000, endMs: 10_000 });
  });

  test('without an end goes to the end of the recording, without a start begins with it', () => {
    expect(readClip({ start: '5', end: '' }, 60_000)).toEqual({ startMs: 5_000, endMs: 60_000 });
    expect(readClip({ start: '', end: '5' }, undefined)).toEqual({ startMs: 0, endMs: 5_000 });
  });

  test.each([
    [{ start: 'x', end: '5' }, 'start'],
    [{ start: '5', end: 'x' }, 'end'],
    [{ start: '5', end: '5' }, 'end'],
    [{ start: '1:00', end: '' }, 'start'],
  ])('of %j has its fault at %s', (fields, field) => {
    const read = readClip(fields, 60_000);
    expect(Object.keys('faults' in read ? read.faults : {})).toEqual([field]);
  });

  test('is named by its times', () => {
    const made = { startMs: 5_000, endMs: 10_500, rendition: '720p' } as Download;
    expect(downloadWords(made)).toBe('Clip 0:05–0:10.5, 720p');
    expect(downloadWords({ rendition: 'audio' } as Download)).toBe('Whole recording, sound only');
  });
});
