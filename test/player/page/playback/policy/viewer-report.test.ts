import { expect, test } from '@jest/globals';
import { appendCmcdQuery, CmcdReportingMode } from '@svta/cml-cmcd';
import { cmcdTextOf, previewKey, readReport } from '../../../../../lib/audience/policy/cmcd.ts';
import {
  uncounted,
  viewerReports,
  withStalls,
} from '../../../../../lib/player/page/playback/policy/viewer-report.ts';

const path = 'http://edge/local/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/17.m4s';
const reported = appendCmcdQuery(
  path,
  { sid: 'a1', sta: 'p', msd: 640 },
  { version: 2, reportingMode: CmcdReportingMode.REQUEST },
);

test('what the edge reads of a request has the time that playback waited', () => {
  const { pathname, search } = new URL(withStalls(reported, 1_250));
  expect(readReport(cmcdTextOf(pathname + search)!)).toEqual({
    session: 'a1',
    state: 'p',
    startupMs: 640,
    stalledTotalMs: 1_250,
  });
});

test('a request without a report stays as it is', () => {
  expect(withStalls(path, 10)).toBe(path);
});

test('a preview’s requests say what they are', () => {
  expect(cmcdTextOf(uncounted(`${path}?_HLS_msn=7`))?.text).toBe(previewKey);
});

test('a session is random, and named without a secure context', () => {
  const { sessionId } = viewerReports((bytes) => bytes.fill(10));
  expect(sessionId).toBe('0a'.repeat(16));
});
