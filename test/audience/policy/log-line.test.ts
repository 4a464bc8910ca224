import { expect, test } from '@jest/globals';
import { logFields, readLogLine } from '../../../lib/audience/policy/log-line.ts';

const path = '/eu-central-1/7h2kqv0m4x9rt3bz/1jm8p0v4c7h2kqv0/720p/17.m4s';
const content = { streamPath: 'eu-central-1/7h2kqv0m4x9rt3bz', broadcastId: '1jm8p0v4c7h2kqv0' };
const fields = {
  timestamp: '1764000000.123',
  'sc-status': '200',
  'cs-uri-stem': path,
  'cs-uri-query': 'CMCD=sid%3D%22a1%22%2Csta%3Dp',
  'cmcd-buffer-starvation': '-',
  'cmcd-session-id': '-',
};
const line = (changed: Partial<typeof fields> = {}) =>
  `${logFields.map((name) => ({ ...fields, ...changed })[name]).join('\t')}\n`;

test('a line is a request with its content, session and time', () => {
  expect(readLogLine(line())).toEqual({
    atMs: 1_764_000_000_123,
    content,
    session: 'a1',
    cmcd: { text: 'sid%3D%22a1%22%2Csta%3Dp', escaped: true },
  });
});

test('a playback token in the path is no part of the content', () => {
  const signed = path.replace('/7h2', `/~k4x9.mi9xk2w0.mic1h8g07h2kqv0m4x9r.s.n.${'0'.repeat(43)}/7h2`);
  expect(readLogLine(line({ 'cs-uri-stem': signed }))?.content).toEqual(content);
});

test('CMCD in headers is read from its fields', () => {
  const request = readLogLine(
    line({ 'cs-uri-query': '-', 'cmcd-session-id': '"a1"', 'cmcd-buffer-starvation': 'true' }),
  );
  expect(request).toMatchObject({ session: 'a1', cmcd: { text: 'sid="a1",bs', escaped: false } });
});

test.each([
  ['without CMCD', { 'cs-uri-query': '-' }],
  ['of a preview', { 'cs-uri-query': 'CMCD=com.headwater-preview' }],
  ['that was refused', { 'sc-status': '403' }],
  ['without a time', { timestamp: '-' }],
  ['of no stream', { 'cs-uri-stem': '/time' }],
])('a line %s is no viewer’s', (_, changed) => {
  expect(readLogLine(line(changed))).toBeUndefined();
});

test('the log has neither addresses nor software of viewers', () => {
  for (const field of logFields) expect(field).not.toMatch(/^c-ip|user-agent|cookie|referer|headers/);
});
