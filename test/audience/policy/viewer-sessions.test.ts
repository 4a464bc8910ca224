import { describe, expect, test } from '@jest/globals';
import { addStartups, startupPercentile } from '../../../lib/audience/policy/startup-times.ts';
import type { AudienceTake } from '../../../lib/audience/policy/tally.ts';
import { ViewerSessions } from '../../../lib/audience/policy/viewer-sessions.ts';
import { requestsOf, stalledUntil, syntheticViewers, watchingAt } from './synthetic-viewers.ts';

const streamPath = 'local/7h2kqv0m4x9rt3bz';
const broadcastId = '1jm8p0v4c7h2kqv0';
const content = { streamPath, broadcastId };

const see = (sessions: ViewerSessions, session: string, atMs: number, text?: string) =>
  sessions.see({ content, session, atMs, ...(text !== undefined && { cmcd: { text, escaped: false } }) });

const offBy = (counted: number, truth: number) => Math.abs(counted - truth) / truth;

describe('a thousand viewers who come and go', () => {
  const silenceMs = 10_000;
  const forMs = 120_000;
  const viewers = syntheticViewers(14, { average: 1_000, stayMs: 200_000, forMs });
  const sessions = new ViewerSessions({ silenceMs });
  const takes: { readonly atMs: number; readonly take: AudienceTake }[] = [];
  let nextMs = 10_000;
  for (const { atMs, viewer, name, cmcd } of requestsOf(viewers, 15, forMs)) {
    while (atMs >= nextMs) {
      for (const take of sessions.take(nextMs)) takes.push({ atMs: nextMs, take });
      nextMs += 10_000;
    }
    const named = name === 'manifest.mpd' ? { streamPath } : content;
    sessions.see({ content: named, session: viewer.sid, atMs, cmcd: { text: cmcd, escaped: false } });
  }
  const sum = (of: (take: AudienceTake) => number) => takes.reduce((all, { take }) => all + of(take), 0);
  const countedUntilMs = takes.at(-1)!.atMs - silenceMs;

  test('are counted within 5 % at every moment', () => {
    const settled = takes.filter(({ take, atMs }) => take.broadcastId !== '' && atMs >= 20_000);
    expect(settled.length).toBeGreaterThanOrEqual(10);
    for (const { atMs, take } of settled) {
      const truth = watchingAt(viewers, atMs - silenceMs);
      expect(offBy(take.viewers, truth)).toBeLessThan(0.05);
    }
  });

  test('have their watch time, plays and waits counted within 5 %', () => {
    const watched = viewers.reduce(
      (all, { fromMs, toMs }) => all + Math.max(0, Math.min(toMs, countedUntilMs) - fromMs),
      0,
    );
    const came = viewers.filter(({ fromMs }) => fromMs < countedUntilMs).length;
    const stalled = viewers.reduce(
      // Players say so at once; it needs no silence to be known.
      (all, viewer) => all + stalledUntil(viewer, Math.min(viewer.toMs, takes.at(-1)!.atMs)),
      0,
    );
    expect(
      offBy(
        sum(({ watchMs }) => watchMs),
        watched,
      ),
    ).toBeLessThan(0.05);
    expect(
      offBy(
        sum(({ plays }) => plays),
        came,
      ),
    ).toBeLessThan(0.05);
    expect(
      offBy(
        sum(({ stalledMs }) => stalledMs),
        stalled,
      ),
    ).toBeLessThan(0.05);
    expect(sum(({ toldMs }) => toldMs)).toBe(sum(({ watchMs }) => watchMs));
  });

  test('have their start-up times counted', () => {
    const counts = takes.reduce<readonly number[]>((all, { take }) => addStartups(all, take.startups), []);
    const told = viewers.map(({ startupMs }) => startupMs).sort((a, b) => a - b);
    const median = told[Math.floor(told.length / 2)]!;
    expect(startupPercentile(counts, 0.5)! / median).toBeGreaterThan(0.88);
    expect(startupPercentile(counts, 0.5)! / median).toBeLessThan(1.12);
  });
});

test('a viewer counts from its first request to its last, as of a silence ago', () => {
  const sessions = new ViewerSessions({ silenceMs: 10_000 });
  for (let atMs = 0; atMs <= 30_000; atMs += 2_000) see(sessions, 'a', atMs);
  expect(sessions.take(31_000)).toMatchObject([{ viewers: 1, plays: 1, watchMs: 23_000 }]);
  expect(sessions.take(41_000)).toMatchObject([{ viewers: 1, plays: 0 }]);
  expect(sessions.take(43_000)).toMatchObject([{ viewers: 0, peak: 1 }]);
  expect(sessions.size).toBe(0);
  expect(sessions.take(60_000)).toEqual([]);
});

test('a single request is no viewer', () => {
  const sessions = new ViewerSessions({ silenceMs: 10_000 });
  see(sessions, 'a', 0);
  expect(sessions.take(10_000)).toEqual([]);
  expect(sessions.take(20_001)).toEqual([]);
  expect(sessions.size).toBe(0);
});

test('nothing is said before a silence has passed', () => {
  const sessions = new ViewerSessions({ silenceMs: 10_000 });
  for (let atMs = 0; atMs < 9_000; atMs += 1_000) see(sessions, 'a', atMs);
  expect(sessions.take(9_000)).toEqual([]);
});

test('viewers of a recording are not counted for the broadcast after it', () => {
  const sessions = new ViewerSessions({ silenceMs: 10_000 });
  const older = { streamPath, broadcastId: '1jm8p0v4c0000000' };
  for (let atMs = 0; atMs <= 20_000; atMs += 2_000) {
    see(sessions, 'live', atMs);
    sessions.see({ content: older, session: 'recorded', atMs });
    sessions.see({ content: { streamPath }, session: 'by the playlist', atMs });
  }
  const takes = sessions.take(21_000);
  expect(takes.find((take) => take.broadcastId === broadcastId)).toMatchObject({ viewers: 2 });
  expect(takes.find((take) => take.broadcastId === older.broadcastId)).toMatchObject({ viewers: 1 });
});

describe('limits', () => {
  test('sessions beyond the most are not counted, and make room when others leave', () => {
    const sessions = new ViewerSessions({ silenceMs: 10_000, mostSessions: 3 });
    for (let index = 0; index < 10; index++) see(sessions, `s${index}`, index);
    expect(sessions.size).toBe(3);
    expect(sessions.uncounted).toBe(7);
    sessions.advance(20_000);
    see(sessions, 'later', 20_000);
    expect(sessions.size).toBe(1);
  });

  test('one client has no more than its share', () => {
    const sessions = new ViewerSessions({ silenceMs: 10_000, mostOfClient: 2 });
    for (let index = 0; index < 5; index++) {
      sessions.see({ content, session: `bot${index}`, atMs: 0, client: 7 });
      sessions.see({ content, session: `other${index}`, atMs: 0, client: 8 + index });
    }
    expect(sessions.size).toBe(7);
    sessions.advance(20_000);
    sessions.see({ content, session: 'again', atMs: 20_000, client: 7 });
    expect(sessions.size).toBe(1);
  });

  test('of a stream, eight broadcasts are told apart', () => {
    const sessions = new ViewerSessions({ silenceMs: 10_000 });
    for (let index = 0; index < 100; index++) {
      for (const atMs of [0, 8_000, 16_000]) {
        const id = `1jm8p0v4c${String(index).padStart(7, '0')}`;
        sessions.see({ content: { streamPath, broadcastId: id }, session: `s${index}`, atMs });
      }
    }
    expect(sessions.take(17_000).length).toBeLessThanOrEqual(8);
  });
});

describe('waiting for media', () => {
  const stalledBy = (texts: readonly string[], everyMs = 2_000) => {
    const sessions = new ViewerSessions({ silenceMs: 10_000 });
    for (const [index, text] of texts.entries()) see(sessions, 'a', index * everyMs, `sid="a",${text}`);
    return sessions.take(texts.length * everyMs + 10_000)[0]?.stalledMs;
  };

  test('is the growth of what the player has waited in all', () => {
    expect(stalledBy(['bsda=(0)', 'bsda=(0)', 'bsda=(700)', 'bsda=(700)', 'bsda=(900)'])).toBe(900);
  });
  test('before we knew the session is not counted', () => {
    expect(stalledBy(['bsda=(5000)', 'bsda=(5000)', 'bsda=(5400)'])).toBe(400);
  });
  test('of picture and of sound at once counts once', () => {
    expect(stalledBy(['bsda=(0;v 0;a)', 'bsda=(300;v 500;a)'])).toBe(500);
  });
  test('is what a player says of each wait', () => {
    expect(stalledBy(['v=2', 'bsd=(400),v=2', 'v=2'])).toBe(400);
  });
  test('is taken from the state, if that is all a player says', () => {
    expect(stalledBy(['sta=p', 'sta=r', 'sta=p', 'sta=p'])).toBe(2_000);
  });
  test('is estimated from the flag of version 1', () => {
    expect(stalledBy(['su', 'br=800', 'bs,br=800', 'br=800'])).toBe(2_000);
  });
  test('is never longer than the time that has passed', () => {
    expect(stalledBy(['bsda=(0)', 'bsda=(999999999)'])).toBeLessThanOrEqual(12_000);
  });
});

test('a start-up is counted once, and not if the viewer had to do something first', () => {
  const sessions = new ViewerSessions({ silenceMs: 10_000 });
  for (let atMs = 0; atMs <= 10_000; atMs += 1_000) {
    see(sessions, 'a', atMs, 'sid="a",msd=640');
    see(sessions, 'b', atMs, 'sid="b",msd=900000');
  }
  const [take] = sessions.take(21_000);
  expect(take!.startups.reduce((all, count) => all + count, 0)).toBe(1);
});
