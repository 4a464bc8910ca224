import { describe, expect, test } from '@jest/globals';
import {
  appendCmcdQuery,
  type Cmcd,
  CmcdReportingMode,
  decodeCmcd,
  encodeCmcd,
  toCmcdHeaders,
} from '@svta/cml-cmcd';
import {
  cmcdTextOf,
  isNews,
  type PlaybackReport,
  readReport,
  sessionIn,
} from '../../../lib/audience/policy/cmcd.ts';
import { mulberry32 } from '../../../testkit/mulberry32.ts';

const path = '/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/17.m4s';
const v1: Cmcd = {
  sid: '6e2fb550-c457-11e9-bb97-0800200c9a66',
  cid: 'show, "best of", 2 = two',
  br: [3200],
  bs: true,
  su: true,
  bl: [2100],
  nor: ['18.m4s'],
};
const v2: Cmcd = { sid: 'a1b2', sta: 'r', msd: 640, bsda: [1200], bsd: [300, 100], v: 2 };
const nothing: PlaybackReport = {
  session: undefined,
  startupMs: undefined,
  stalledTotalMs: undefined,
  stalledMs: undefined,
  starved: false,
  state: undefined,
};
function reportOf(...request: Parameters<typeof cmcdTextOf>): PlaybackReport | undefined {
  const text = cmcdTextOf(...request);
  return text && readReport(text);
}
const lowerCase = (headers: object) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
const inQuery = (text: string) => reportOf(`${path}?CMCD=${text}`);
const inHeader = (text: string) => reportOf(path, { 'cmcd-session': text });

describe.each([
  [1, v1, { ...nothing, session: '6e2fb550-c457-11e9-bb97-0800200c9a66', starved: true }],
  [2, v2, { ...nothing, session: 'a1b2', state: 'r', startupMs: 640, stalledTotalMs: 1200, stalledMs: 400 }],
] satisfies [1 | 2, Cmcd, PlaybackReport][])(
  'version %s, as the players’ library writes it',
  (version, data, report) => {
    const options = { version, reportingMode: CmcdReportingMode.REQUEST };

    test('is read from the query', () => {
      expect(reportOf(appendCmcdQuery(path, data, options))).toEqual(report);
    });

    test('is read from the query beside other parameters', () => {
      const target = `${appendCmcdQuery(`${path}?_HLS_msn=7`, data, options)}&_HLS_part=1`;
      expect(reportOf(target)).toEqual(report);
    });

    test('is read as a URL object writes it', () => {
      const url = new URL(appendCmcdQuery(`http://edge${path}`, data, options));
      url.searchParams.set('CMCD', url.searchParams.get('CMCD')!);
      expect(reportOf(url.pathname + url.search)).toEqual(report);
    });

    test('is read from headers', () => {
      expect(reportOf(path, lowerCase(toCmcdHeaders(data, options)))).toEqual(report);
    });
  },
);

test('what the players’ library encodes at random, its decoder and we read alike', () => {
  const random = mulberry32(31);
  const maybe = <T>(value: () => T): T | undefined => (random() < 0.5 ? value() : undefined);
  const count = (most: number) => Math.floor(random() * most);
  const odd = () => Array.from({ length: count(20) }, () => 'ab=",\\;()% +~'[count(13)]).join('');
  let sessions = 0;
  for (let turn = 0; turn < 500; turn++) {
    const data = {
      sid: maybe(() => (random() < 0.5 ? odd() : `viewer-${count(1e9).toString(36)}`)),
      cid: maybe(odd),
      msd: maybe(() => count(5_000)),
      bsda: maybe(() => [count(5_000), count(5_000)]),
      bsd: maybe(() => [count(500)]),
      bs: maybe(() => true),
      bl: maybe(() => [count(9_000)]),
      sta: maybe(() => 'sprkaweq'[count(8)]),
      'com.example-note': maybe(odd),
    };
    const given = Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as Cmcd;
    const options = { version: 2 as const, reportingMode: CmcdReportingMode.REQUEST };
    const target = appendCmcdQuery(path, given, options);
    if (!target.includes('CMCD=')) continue;
    const { sid, msd, bsda, bsd, bs } = decodeCmcd(encodeCmcd(given, options)) as typeof data;
    const named = typeof sid === 'string' && sid !== '' ? sid : undefined;
    if (named !== undefined) sessions++;
    expect(reportOf(target)).toMatchObject({
      session: named,
      startupMs: msd,
      stalledTotalMs: bsda && Math.max(...[bsda].flat()),
      stalledMs: bsd && [bsd].flat().reduce((sum, one) => sum + one, 0),
      starved: bs === true,
      state: given.sta,
    });
  }
  expect(sessions).toBeGreaterThan(100);
});

test('a session with an unusual name is unescaped', () => {
  const target = appendCmcdQuery(path, { sid: 'two words "so"' }, { version: 2 });
  expect(reportOf(target)?.session).toBe('two words "so"');
  expect(inHeader('sid="two \\"words\\""')?.session).toBe('two "words"');
});

test('what stands in a string is no key', () => {
  expect(inHeader('cid="x,sid=\\"b\\",bs,msd=1",sid="bs",sta=p')).toEqual({
    ...nothing,
    session: 'bs',
    state: 'p',
  });
});

test('waits for picture and for sound overlap, and waits one after the other add up', () => {
  expect(inHeader('bsd=(100;v 250;a),bsda=(300;v 500;a)')).toMatchObject({
    stalledMs: 350,
    stalledTotalMs: 500,
  });
  expect(inHeader('bsd=40,bsda=70.5,bs=?0')).toMatchObject({
    stalledMs: 40,
    stalledTotalMs: 70.5,
    starved: false,
  });
});

test.each([
  ['no CMCD', path],
  ['a parameter that ends in its name', `${path}?xCMCD=sid%3D%22a%22`],
  ['more than 2,048 characters', `${path}?CMCD=sid%3D%22a%22${'%2Cx'.repeat(1_000)}`],
])('%s is left unread', (_, target) => {
  expect(reportOf(target)).toBeUndefined();
});

test.each([
  '%',
  '%2',
  '%22',
  'sid%3D',
  'sid%3D%22',
  'sid%3D%22a',
  'sid%3D%22a%5C',
  '%2C%2C',
  '%F0%9F',
  'sid%3D%22%F0%9F%22',
  'sid=%28%29',
  'msd%3D-5',
  'msd%3D1-2',
  'msd%3D12x',
  'bsda%3D%28%22x%22%29',
  'bsda%3D%28',
  'sta%3D',
])('malformed text %s breaks nothing', (text) => {
  const report = inQuery(text);
  expect(report?.session).toBeUndefined();
  expect(report?.startupMs).toBeUndefined();
});

test('what follows something malformed is read', () => {
  expect(inHeader('=x,,"y",9z=1,sid="a"')?.session).toBe('a');
});

test('a name longer than 64 characters is no session', () => {
  expect(inHeader(`sid="${'a'.repeat(64)}"`)?.session).toHaveLength(64);
  expect(inHeader(`sid="${'a'.repeat(65)}"`)?.session).toBeUndefined();
});

test('of a state no more than two characters are kept: the rest would keep the request in memory', () => {
  expect(inHeader(`sta=${'r'.repeat(100)}`)?.state).toBe('rr');
});

test('a session is found without reading the rest, unless its name is unusual', () => {
  for (const [version, data] of [
    [1, v1],
    [2, v2],
  ] as const) {
    const options = { version, reportingMode: CmcdReportingMode.REQUEST };
    const inTarget = cmcdTextOf(appendCmcdQuery(path, data, options))!;
    const inHeaders = cmcdTextOf(path, lowerCase(toCmcdHeaders(data, options)))!;
    expect([sessionIn(inTarget), sessionIn(inHeaders)]).toEqual([data.sid, data.sid]);
    expect([isNews(inTarget), isNews(inHeaders)]).toEqual([true, true]);
  }
  expect(sessionIn({ text: 'sid="two words"', escaped: false })).toBeUndefined();
});

test('what says nothing for the only time is no news', () => {
  expect(isNews({ text: 'bl=400,bsda=(0),sid="bs",sta=p', escaped: false })).toBe(false);
});
