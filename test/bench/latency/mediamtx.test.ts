import { expect, test } from '@jest/globals';
import { config } from '../../../bench/latency/mediamtx.ts';

test('MediaMTX listens on two ports of this machine, and on nothing else', () => {
  const text = config(1935, 8888);
  expect(text.match(/^\w+Address: .*/gm)).toEqual([
    'rtmpAddress: 127.0.0.1:1935',
    'hlsAddress: 127.0.0.1:8888',
  ]);
  expect(text.match(/^\w+: yes$/gm)).toEqual(['rtmp: yes', 'hls: yes', 'hlsAlwaysRemux: yes']);
});
