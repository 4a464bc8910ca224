import { expect, test } from '@jest/globals';
import { LiveMeter } from '../../../lib/edge/live-origin/live-meter.ts';

function metered() {
  let nowMs = 0;
  const meter = new LiveMeter(
    {
      handle({ target }, reply) {
        nowMs += target.includes('late') ? 900 : 100;
        reply({ status: target.includes('gone') ? 503 : 200, headers: {} });
      },
    },
    { nowMs: () => nowMs },
  );
  const ask = (target: string) => {
    let status = 0;
    meter.handle({ method: 'GET', target, headers: {}, address: '127.0.0.1' }, (response) => {
      status = response.status;
    });
    return status;
  };
  return { meter, ask };
}

test('counts what only players of a stream on air ask for, and passes everything on', () => {
  const { meter, ask } = metered();
  expect(ask('/eu/s/720p/playlist.m3u8?_HLS_msn=7&_HLS_part=1')).toBe(200);
  expect(ask('/eu/s/720p/7.2-1-1.m4s')).toBe(200);
  // Old segments and first playlists belong to the store, if it has them.
  expect(ask('/eu/gone/720p/7.m4s')).toBe(503);
  expect(ask('/eu/gone/720p/playlist.m3u8')).toBe(503);
  expect(meter.take()).toEqual({ requests: 2, fallbackPercent: 0, heldMs: 100 });
});

test('says how many of these it left to the store, and how long the slowest twentieth waited', () => {
  const { meter, ask } = metered();
  for (let n = 0; n < 18; n++) ask(`/eu/s/720p/playlist.m3u8?_HLS_msn=${n}`);
  ask('/eu/late/720p/playlist.m3u8?_HLS_msn=1');
  ask('/eu/gone/720p/playlist.m3u8?_HLS_msn=1');
  expect(meter.take()).toEqual({ requests: 20, fallbackPercent: 5, heldMs: 900 });
});

test('begins again with each line, and says nothing of shares without requests', () => {
  const { meter, ask } = metered();
  ask('/eu/s/720p/7.2-1-1.m4s');
  meter.take();
  expect(meter.take()).toEqual({ requests: 0 });
});
