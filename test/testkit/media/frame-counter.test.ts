import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { frameCounterFilter, readFrameNumbers } from '../../../testkit/media/frame-counter.ts';

test.each(['1280x720', '426x240'])(
  'every frame number drawn at 1280×720, counted from any number, is read back from %s',
  async (size) => {
    const filter = `${frameCounterFilter({ size: '1280x720', rate: 30, first: 40_950 })};[out]scale=${size.replace('x', ':')}[small]`;
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30'];
    const encode = [
      '-map',
      '[small]',
      '-frames:v',
      '40',
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-crf',
      '35',
    ];
    const fragmented = ['-movflags', '+frag_keyframe+empty_moov', '-f', 'mp4', 'pipe:1'];
    const { stdout } = await promisify(execFile)(
      'ffmpeg',
      ['-loglevel', 'error', ...source, '-filter_complex', filter, ...encode, ...fragmented],
      { encoding: 'buffer', maxBuffer: 1 << 26 },
    );
    expect(await readFrameNumbers(stdout)).toEqual(Array.from({ length: 40 }, (_, index) => 40_950 + index));
  },
);
