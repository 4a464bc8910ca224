import { expect, test } from '@jest/globals';
import type { Seen } from '../../../bench/latency/player-round.ts';
import type { Round } from '../../../bench/latency/rounds.ts';
import { stageRows } from '../../../bench/latency/stages.ts';

const seen = { p50: 1.5, p95: 1.6 } as Seen;

test('each stage says what it adds since the one before, and players since the capture', () => {
  const round: Round = {
    server: 'low',
    mode: 'low',
    captureMs: [60],
    stages: new Map([
      ['worker', [30]],
      ['live origin', [33]],
      ['object store', [2_100]],
      ['edge', [38]],
    ]),
    seen: new Map([['hls.js', seen]]),
  };
  expect(stageRows(round)).toEqual([
    ['low', 'platform', '0', '0', '60', '60', '1'],
    ['low', 'worker', '30', '30', '90', '30', '1'],
    ['low', 'live origin', '33', '33', '93', '3', '1'],
    ['low', 'object store', '2100', '2100', '2160', '–', '1'],
    ['low', 'edge', '38', '38', '98', '5', '1'],
    ['low', 'screen, hls.js', '1440', '1540', '1500', '1402', ''],
  ]);
});

test('what was not measured is told as such', () => {
  const round: Round = {
    ...{ server: 'MediaMTX 1.0.0', mode: 'peer', captureMs: [] },
    stages: new Map([['server', [200]]]),
    seen: new Map([['hls.js', seen]]),
  };
  expect(stageRows(round).map(([, at, p50, , since]) => [at, p50, since])).toEqual([
    ['platform', '0', '–'],
    ['server', '200', '–'],
    ['screen, hls.js', '–', '1500'],
  ]);
});
