import { describe, expect, test } from '@jest/globals';
import { appendCmcdQuery, type Cmcd, CmcdReportingMode, toCmcdHeaders } from '@svta/cml-cmcd';
import {
  cmcdTextOf,
  isNews,
  type PlaybackReport,
  readReport,
  sessionIn,
} from '../../../lib/audience/policy/cmcd.ts';

const path = '/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/17.m4s';
const v1: Cmcd = {
  sid: '6e2fb550-c457-11e9-bb97-0800200c9a66',
  cid: 'show',
  br: [3200],
  bs: true,
  su: true,
  bl: [2100],
  nor: ['18.m4s'],
};
const v2: Cmcd = { sid: 'a1b2', sta: 'r', msd: 640, bsda: [1200], bsd: [300, 100], v: 2 };
const lowerCase = (headers: object) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));

describe.each([
  [1, v1, { session: '6e2fb550-c457-11e9-bb97-0800200c9a66', starved: true }],
  [2, v2, { session: 'a1b2', state: 'r', startupMs: 640, stalledTotalMs: 1200, stalledMs: 400 }],
] satisfies [1 | 2, Cmcd, PlaybackReport][])(
  'version %s, as the players’ library writes it',
  (version, data, report) => {
    const options = { version, reportingMode: CmcdReportingMode.REQUEST };

    test('is read from the query', () => {
      const text = cmcdTextOf(appendCmcdQuery(path, data, options))!;
      expect(readReport(text)).toEqual(report);
      expect(sessionIn(text)).toBe(report.session);
      expect(isNews(text)).toBe(true);
    });

    test('is read from the query beside other parameters', () => {
      const target = `${appendCmcdQuery(`${path}?_HLS_msn=7`, data, options)}&_HLS_part=1`;
      expect(readReport(cmcdTextOf(target)!)).toEqual(report);
    });

    test('is read as a URL object writes it', () => {
      const url = new URL(appendCmcdQuery(`http://edge${path}`, data, options));
      url.searchParams.set('CMCD', url.searchParams.get('CMCD')!);
      expect(readReport(cmcdTextOf(url.pathname + url.search)!)).toEqual(report);
    });

    test('is read from headers', () => {
      const text = cmcdTextOf(path, lowerCase(toCmcdHeaders(data, options)))!;
      expect(readReport(text)).toEqual(report);
      expect(sessionIn(text)).toBe(report.session);
    });
  },
);

test('a session with an unusual name is found by decoding', () => {
  const text = cmcdTextOf(appendCmcdQuery(path, { sid: 'two words "so"' }, { version: 2 }))!;
  expect(sessionIn(text)).toBeUndefined();
  expect(readReport(text)?.session).toBe('two words "so"');
});

test('what says nothing for the only time is no news', () => {
  expect(isNews({ text: 'bl=400,bsda=(0),sid="bs",sta=p', escaped: false })).toBe(false);
});

test.each([
  ['no CMCD', path, undefined],
  ['a parameter that ends in its name', `${path}?xCMCD=sid%3D%22a%22`, undefined],
  ['more than 2,048 characters', `${path}?CMCD=sid%3D%22a%22${'%2Cx'.repeat(1_000)}`, undefined],
])('%s is left unread', (_, target, expected) => {
  expect(cmcdTextOf(target)).toBe(expected);
});

test.each([
  '%',
  '%22',
  'sid%3D',
  'sid%3D%22',
  '%2C%2C',
  '%F0%9F',
  'sid=%28%29',
  'msd%3D-5',
  'bsda%3D%28%22x%22%29',
])('malformed text %s breaks nothing', (text) => {
  expect(readReport({ text, escaped: true })?.session).toBeUndefined();
  expect(readReport({ text, escaped: true })?.startupMs).toBeUndefined();
});

test('a name longer than 64 characters is no session', () => {
  const text = { text: `sid="${'a'.repeat(65)}"`, escaped: false };
  expect(sessionIn(text)).toBeUndefined();
  expect(readReport(text)?.session).toBeUndefined();
});
