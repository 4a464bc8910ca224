import { describe, expect, test } from '@jest/globals';
import { liveLimits } from '../../../lib/encoder/live/policy/live-limits.ts';
import { liveFixture, partText, segmentText } from './live-fixture.ts';

const playlist = '720p/playlist.m3u8';

/** Segments 0 to 4 are stored, and of 5 the first two parts are out. */
function underWay() {
  const fixture = liveFixture();
  for (let number = 0; number < 5; number++) {
    fixture.parts(number);
    fixture.group(number);
    fixture.stored(number);
  }
  fixture.part('720p', 5, 0);
  fixture.part('720p', 5, 1);
  return fixture;
}

describe('blocking reloads', () => {
  test('are answered when their part is out, all by one version of the playlist', () => {
    const { ask, part, view } = underWay();
    const waiting = Array.from({ length: 500 }, () => ask(`${playlist}?_HLS_msn=5&_HLS_part=2`));
    expect(waiting.every(({ status }) => status === undefined)).toBe(true);
    const before = view.made;
    part('audio', 5, 0);
    expect(waiting[0]!.status).toBeUndefined();
    part('720p', 5, 2);
    expect(new Set(waiting.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set(['200 720p 5.2']),
    );
    expect(view.made - before).toBe(1);
  });

  test('without a part wait for the whole segment to be listed', () => {
    const { ask, parts, group, stored } = underWay();
    const client = ask(`${playlist}?_HLS_msn=5`);
    parts(5);
    group(5);
    expect(client.status).toBeUndefined();
    stored(5);
    expect(client.text).toBe('720p 5.whole');
  });

  test('for a part that a whole segment does not have get the first of the next one', () => {
    const { ask, part, parts, group, stored } = underWay();
    const client = ask(`${playlist}?_HLS_msn=5&_HLS_part=4`);
    parts(5);
    group(5);
    stored(5);
    expect(client.status).toBeUndefined();
    part('720p', 6, 0);
    expect(client.text).toBe('720p 6.0');
  });

  test('for what is there already are answered at once, and a delta if asked for', () => {
    const { ask } = underWay();
    expect(ask(`${playlist}?_HLS_msn=5&_HLS_part=1`).text).toBe('720p 5.1');
    expect(ask(`${playlist}?_HLS_msn=2&_HLS_part=9`).text).toBe('720p 5.1');
    expect(ask(`${playlist}?_HLS_msn=4&_HLS_skip=YES`).text).toBe('720p 5.1 delta');
    expect(ask(playlist).text).toBe('720p 5.1');
  });

  test('too far in the future, or of no sense, are refused at once', () => {
    const { ask } = underWay();
    for (const query of ['_HLS_msn=7', '_HLS_msn=5&_HLS_part=8', '_HLS_part=2', '_HLS_msn=x', '_HLS_msn=-1'])
      expect([query, ask(`${playlist}?${query}`).status]).toEqual([query, 400]);
    expect(ask(`${playlist}?_HLS_msn=6&_HLS_part=3`).status).toBeUndefined();
  });

  test('are held for three target durations', () => {
    const { ask, pass } = underWay();
    const client = ask(`${playlist}?_HLS_msn=5&_HLS_part=2`);
    pass(liveLimits.holdMs - 1);
    const later = ask(`${playlist}?_HLS_msn=5&_HLS_part=2`);
    pass(1);
    expect([client.status, later.status]).toEqual([503, undefined]);
  });

  test('are answered when the playlist moves on without a part', () => {
    const { ask, view, live } = underWay();
    const client = ask(`${playlist}?_HLS_msn=5`);
    view.positions.set('720p', { msn: 5 });
    live.changed();
    expect(client.text).toBe('720p 5.whole');
  });

  test('beyond the limit are not held', () => {
    const { ask } = underWay();
    const all = Array.from({ length: liveLimits.waiting + 1 }, () => ask(`${playlist}?_HLS_msn=5`));
    expect(all.filter(({ status }) => status === 503)).toHaveLength(1);
    expect(all.at(-1)!.status).toBe(503);
  });
});

test('a playlist for a player that begins is cached for a quarter of a second, one that was waited for as long as others', () => {
  const { ask } = underWay();
  const lives = (target: string) => ask(target).response?.headers['headwater-max-age-ms'];
  expect(lives(playlist)).toBe('250');
  expect(lives(`${playlist}?_HLS_msn=4`)).toBeUndefined();
});

describe('parts', () => {
  test('are served from memory, complete and with their length', () => {
    const { ask } = underWay();
    const client = ask('720p/5.1-3-1.m4s');
    expect(client.text).toBe(partText('720p', 5, 1));
    expect(client.ended).toBe('end');
    expect(client.response?.headers).toEqual({
      'content-type': 'video/iso.segment',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': '16',
    });
  });

  test('that come next are waited for', () => {
    const { ask, part } = underWay();
    const client = ask('720p/5.2-3-1.m4s');
    expect(client.status).toBeUndefined();
    part('720p', 5, 2);
    expect(client.text).toBe(partText('720p', 5, 2));
  });

  test('that a hint names are waited for, across the end of a segment', () => {
    const { ask, part, parts, view, group } = underWay();
    parts(5);
    view.next.set('720p', { number: 6, index: 0, run: 1 });
    const client = ask('720p/6.0-3-1.m4s');
    group(5);
    part('720p', 6, 0);
    expect(client.text).toBe(partText('720p', 6, 0));
  });

  test('that were expected and will not come are said not to exist', () => {
    const { ask, parts, part } = underWay();
    parts(5);
    const client = ask('720p/5.4-3-1.m4s');
    expect(client.status).toBeUndefined();
    part('720p', 6, 0);
    expect(client.status).toBe(404);
  });

  test('of a rendition that the next encoder does not make are said not to exist', () => {
    const { ask, parts, part, group } = underWay();
    parts(5);
    group(5);
    const [gone, ...kept] = [ask('720p/6.0-3-1.m4s'), ask('audio/6.0-3-1.m4s')];
    expect(gone!.status).toBeUndefined();
    part('audio', 6, 0, 2);
    expect([gone, ...kept].map((one) => one?.status)).toEqual([404, 404]);
    expect(ask('720p/6.0-3-1.m4s').status).toBe(404);
  });

  test('of the far future, the past, another epoch or another encoder do not exist', () => {
    const { ask } = underWay();
    for (const name of ['5.3-3-1', '7.0-3-1', '5.0-2-1', '5.0-3-2', '5.2-3-2'])
      expect([name, ask(`720p/${name}.m4s`).status]).toEqual([name, 404]);
  });
});

describe('segments', () => {
  test('grow while they are read, and end when the object store has them', () => {
    const { ask, part, group, stored } = underWay();
    const client = ask('720p/5.m4s');
    expect(client.text).toBe(partText('720p', 5, 0) + partText('720p', 5, 1));
    expect(client.response?.headers['content-length']).toBeUndefined();
    part('720p', 5, 2);
    part('720p', 5, 3);
    group(5);
    expect(client.text).toBe(segmentText('720p', 5));
    expect(client.ended).toBeUndefined();
    stored(5);
    expect(client.ended).toBe('end');
    expect(ask('720p/5.m4s').response?.headers['content-length']).toBe('64');
  });

  test('end a second after their last part if the object store is failing', () => {
    const { ask, parts, group, pass } = underWay();
    const client = ask('720p/5.m4s');
    parts(5);
    group(5);
    pass(liveLimits.endsAfterMs - 1);
    expect(client.ended).toBeUndefined();
    pass(1);
    expect(client.ended).toBe('end');
  });

  test('that come next are waited for; later ones do not exist', () => {
    const { ask, part } = underWay();
    const client = ask('720p/6.m4s');
    expect(ask('720p/7.m4s').status).toBe(404);
    expect(client.status).toBeUndefined();
    part('720p', 6, 0);
    expect(client.text).toBe(partText('720p', 6, 0));
  });

  test('older than what is kept may be in the object store', () => {
    const { ask, parts, group, stored } = underWay();
    for (let number = 5; number < 20; number++) {
      parts(number);
      group(number);
      stored(number);
    }
    expect(ask('720p/12.m4s').text).toBe(segmentText('720p', 12));
    expect(ask('720p/11.m4s').status).toBe(503);
    expect(ask('720p/11.0-3-1.m4s').status).toBe(404);
  });

  test('answer HEAD without a body', () => {
    const { ask } = underWay();
    const client = ask('720p/4.m4s', 'HEAD');
    expect([client.status, client.response?.body]).toEqual([200, undefined]);
    expect(client.response?.headers['content-length']).toBe('64');
  });
});

describe('another encoder of the same epoch', () => {
  test('takes over the segment under way: its readers fail, and the old parts stay readable', () => {
    const { ask, live, part, parts, group, stored } = underWay();
    const reader = ask('720p/5.m4s');
    const hinted = ask('720p/5.2-3-1.m4s');
    live.remade(2, 5);
    expect(reader.ended).toBe('failed');
    expect(hinted.status).toBe(404);
    const patient = ask('720p/5.m4s');
    expect(patient.status).toBeUndefined();
    part('720p', 5, 0, 2);
    expect(patient.text).toBe(partText('720p', 5, 0, 2));
    expect(ask('720p/5.1-3-1.m4s').text).toBe(partText('720p', 5, 1));
    parts(5, 2);
    group(5, 2);
    stored(5);
    expect(patient.text).toBe(segmentText('720p', 5, 2));
    expect(patient.ended).toBe('end');
  });

  test('does not touch what the one before it goes on with', () => {
    const { ask, live, parts, group, stored } = underWay();
    const reader = ask('720p/5.m4s');
    live.remade(2, 6);
    parts(5);
    group(5);
    stored(5);
    expect([reader.text, reader.ended]).toEqual([segmentText('720p', 5), 'end']);
  });

  test('also fails its readers if only its parts tell of it', () => {
    const { ask, part } = underWay();
    const reader = ask('720p/5.m4s');
    part('720p', 5, 0, 2);
    expect(reader.ended).toBe('failed');
  });

  test('a segment whose parts were not all handed on is whole nevertheless', () => {
    const { ask, group, stored } = underWay();
    group(5);
    stored(5);
    expect(ask('720p/5.m4s').text).toBe(segmentText('720p', 5));
  });
});

describe('the end', () => {
  test('answers everything that waits, with the last playlist', () => {
    const { ask, live, view } = underWay();
    const waiting = ['playlist.m3u8?_HLS_msn=6&_HLS_part=0', '5.2-3-1.m4s', '6.m4s'].map((name) =>
      ask(`720p/${name}`),
    );
    const reader = ask('720p/5.m4s');
    view.ended = true;
    live.end();
    expect(waiting.map(({ status }) => status)).toEqual([200, 404, 404]);
    expect(waiting[0]!.text).toBe('720p 5.1 ended');
    expect(reader.ended).toBe('failed');
    expect(ask(`${playlist}?_HLS_msn=900&_HLS_part=x`).text).toBe('720p 5.1 ended');
  });

  test('a lease that is lost or released sends everyone to look it up again', () => {
    const { ask, live } = underWay();
    const waiting = [ask(`${playlist}?_HLS_msn=6`), ask('720p/5.2-3-1.m4s'), ask('720p/6.m4s')];
    const reader = ask('720p/5.m4s');
    live.close(421);
    expect(waiting.map(({ status }) => status)).toEqual([421, 421, 421]);
    expect(reader.ended).toBe('failed');
    expect(ask(playlist).status).toBe(421);
    expect(live.usage).toEqual({ segments: 0, takes: 0, bytes: 0, waiting: 0 });
  });

  test('a takedown stops everything at once, also what is being read', () => {
    const { ask, live, part } = underWay();
    const waiting = ask(`${playlist}?_HLS_msn=6`);
    const reader = ask('720p/5.m4s');
    live.close(503);
    live.close(421);
    part('720p', 5, 2);
    expect([waiting.status, reader.ended, ask('720p/4.m4s').status]).toEqual([503, 'failed', 503]);
    expect(live.usage.bytes).toBe(0);
  });
});

describe('standard latency', () => {
  test('serves whole segments, and playlists once they name them', () => {
    const { ask, part, group, stored, view } = liveFixture();
    view.latency = 'standard';
    view.positions.set('720p', { msn: -1 });
    const client = ask(`${playlist}?_HLS_msn=0&_HLS_part=0`);
    const early = ask('720p/0.m4s');
    part('720p', 0, 0);
    view.positions.set('720p', { msn: -1 });
    expect(early.status).toBeUndefined();
    group(0);
    expect(early.text).toBe(segmentText('720p', 0));
    expect(client.status).toBeUndefined();
    stored(0);
    expect(client.text).toBe('720p 0.whole');
  });
});

test('a broadcast with large segments keeps fewer, and always the last', () => {
  const { live, ask } = liveFixture();
  const bytes = 10 * 1024 * 1024;
  for (let number = 0; number < 9; number++) {
    const segment = {
      number,
      startTicks: 0,
      durationTicks: 2000,
      samples: 60,
      bytes,
      chunks: [[Buffer.alloc(bytes)]],
    };
    live.group({ number, run: 1, segments: new Map([['720p', segment]]) });
    live.stored(number);
    expect(live.usage.bytes).toBeLessThanOrEqual(liveLimits.bytes);
  }
  expect(ask('720p/8.m4s').status).toBe(200);
  expect(ask('720p/1.m4s').status).toBe(503);
});
