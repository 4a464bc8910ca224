import { describe, expect, test } from '@jest/globals';
import { attachment, downloadFileName } from '../../../../lib/control/recordings/policy/download-name.ts';

const atMs = Date.parse('2026-11-22T18:00:00Z');

describe('the name of a file', () => {
  test.each([
    ['Sunday concert', {}, 'Sunday concert 2026-11-22.mp4'],
    [
      'Sunday concert',
      { startMs: 61_500, endMs: 3_684_000 },
      'Sunday concert 2026-11-22 0.01.01–1.01.24.mp4',
    ],
    ['a', { startMs: 5_000 }, 'a 2026-11-22 0.00.05–end.mp4'],
    ['../../etc/passwd', {}, 'etc passwd 2026-11-22.mp4'],
    ['C:\\x?*"<>|', {}, 'C x 2026-11-22.mp4'],
    ['...', {}, 'Recording 2026-11-22.mp4'],
    ['火曜日 🎸', {}, '火曜日 🎸 2026-11-22.mp4'],
  ])('of %j with %j is %j', (name, clip, expected) => {
    expect(downloadFileName(name, atMs, clip)).toBe(expected);
  });

  test('is short enough for every file system', () => {
    expect(Buffer.byteLength(downloadFileName('🎸'.repeat(120), atMs, {}))).toBeLessThan(255);
  });
});

test('a disposition is plain ASCII, with the whole name encoded beside it', () => {
  const header = attachment('火 "a" 2026-11-22 0.00.05–end.mp4');
  expect(header).toMatch(/^[\x20-\x7e]+$/);
  expect(header).toContain('filename="_ _a_ 2026-11-22 0.00.05_end.mp4"');
  const encoded = header.split("UTF-8''")[1] ?? '';
  expect(decodeURIComponent(encoded)).toBe('火 "a" 2026-11-22 0.00.05–end.mp4');
  expect(attachment("it's (a) *.mp4")).toContain("filename*=UTF-8''it%27s%20%28a%29%20%2A.mp4");
});
