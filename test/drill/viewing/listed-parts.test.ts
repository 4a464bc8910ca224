import { expect, test } from '@jest/globals';
import { listedParts } from '../../../drill/viewing/listed-parts.ts';

const head = [
  '#EXTM3U',
  '#EXT-X-VERSION:9',
  '#EXT-X-TARGETDURATION:2',
  '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.335',
  '#EXT-X-PART-INF:PART-TARGET=0.534',
  '#EXT-X-MEDIA-SEQUENCE:7',
  '#EXT-X-MAP:URI="init-1.mp4"',
];
const part = (name: string, more = '') => `#EXT-X-PART:DURATION=0.5,URI="${name}"${more}`;
const hint = (name: string) => `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${name}"`;
const whole = [
  part('7.0-1-1.m4s', ',INDEPENDENT=YES'),
  ...[1, 2, 3].map((index) => part(`7.${index}-1-1.m4s`)),
  '#EXTINF:2,',
  '7.m4s',
];

test('the parts of whole segments and of the open one come with their places, and with who begins with a key frame', () => {
  const open = [part('8.0-1-1.m4s', ',INDEPENDENT=YES'), hint('8.1-1-1.m4s')];
  const { pieces, next, holdBackMs, ended } = listedParts([...head, ...whole, ...open].join('\n'));
  expect(pieces.map(({ number, index, independent }) => [number, index, independent])).toEqual([
    [7, 0, true],
    [7, 1, false],
    [7, 2, false],
    [7, 3, false],
    [8, 0, true],
  ]);
  expect(pieces.at(-1)).toMatchObject({ uri: '8.0-1-1.m4s', init: 'init-1.mp4' });
  expect({ next, holdBackMs, ended }).toEqual({
    next: { number: 8, index: 1 },
    holdBackMs: 1335,
    ended: false,
  });
});

test('after a whole segment the first part of the next one is due', () => {
  expect(listedParts([...head, ...whole, hint('8.0-1-1.m4s')].join('\n')).next).toEqual({
    number: 8,
    index: 0,
  });
  expect(listedParts([...head, ...whole, '#EXT-X-ENDLIST'].join('\n'))).toMatchObject({
    next: { number: 8, index: 0 },
    ended: true,
  });
});

test('a segment whose parts are no longer named is one piece', () => {
  const older = ['#EXTINF:2,', '6.m4s', '#EXT-X-DISCONTINUITY'];
  const text = [...head, ...older, ...whole].join('\n').replace('SEQUENCE:7', 'SEQUENCE:6');
  expect(listedParts(text).pieces.slice(0, 2)).toEqual([
    {
      ...{ number: 6, index: 0, isWhole: true, uri: '6.m4s', init: 'init-1.mp4', segmentMs: 2000 },
      ...{ independent: true, discontinuity: false },
    },
    {
      ...{ number: 7, index: 0, isWhole: false, uri: '7.0-1-1.m4s', init: 'init-1.mp4', segmentMs: 2000 },
      ...{ independent: true, discontinuity: true },
    },
  ]);
  const stored = [...head.filter((line) => !line.includes('PART')), '#EXTINF:2,', '7.m4s'].join('\n');
  expect(listedParts(stored)).toMatchObject({
    pieces: [{ number: 7, isWhole: true }],
    holdBackMs: Number.NaN,
  });
});

test('a multivariant playlist has none', () => {
  const text = '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n360p/playlist.m3u8\n';
  expect(() => listedParts(text)).toThrow('media playlist');
});
