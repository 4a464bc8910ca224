import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { SmjpegError, SmjpegReader } from '../../../lib/protocol/smjpeg/reader.ts';

const made = execFileSync('ffmpeg', [
  ...['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', 'color=red:size=32x32:rate=1:duration=3'],
  ...['-vf', 'setpts=PTS+7/TB,format=yuvj420p', '-vsync', 'passthrough', '-c:v', 'mjpeg'],
  ...['-enc_time_base', '1:1000'],
  ...['-f', 'smjpeg', 'pipe:1'],
]);

describe('SMJPEG', () => {
  test('as ffmpeg writes it is pictures with their times, wherever it is cut', () => {
    const whole = new SmjpegReader().push(made);
    expect(whole.map(({ timestampMs }) => timestampMs)).toEqual([7000, 8000, 9000]);
    for (const { jpeg } of whole) expect(jpeg.toString('hex')).toMatch(/^ffd8.*ffd9$/);
    const reader = new SmjpegReader();
    const bytewise = [...made].flatMap((byte) => reader.push(Buffer.of(byte)));
    expect(bytewise).toEqual(whole);
  });

  test('ends where it says so', () => {
    const reader = new SmjpegReader();
    reader.push(made);
    expect(reader.push(made)).toEqual([]);
  });

  test('of another kind is refused, and so is a picture beyond the limit', () => {
    expect(() => new SmjpegReader().push(Buffer.alloc(16))).toThrow(SmjpegError);
    expect(() => new SmjpegReader({ mostBytes: 100 }).push(made)).toThrow(/A picture of \d+ bytes/);
    const torn = Buffer.from(made);
    torn.write('audi', torn.indexOf('vidD'), 'latin1');
    expect(() => new SmjpegReader().push(torn)).toThrow('No picture "audi"');
  });
});
