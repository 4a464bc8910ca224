import { describe, expect, test } from '@jest/globals';
import { describeResponse, type Representation } from '../../../lib/edge/policy/response.ts';

const segment: Representation = {
  status: 200,
  contentType: 'video/iso.segment',
  cacheControl: 'public, max-age=31536000, immutable',
  etag: '"a"',
  sizeBytes: 10,
  ageMs: 2900,
  lifetimeMs: 31_536_000_000,
  encoding: 'only-plain',
  state: 'hit',
  tier: 'edge',
  waitedMs: 0,
};
const arriving: Representation = { ...segment, sizeBytes: undefined };
const playlist: Representation = { ...segment, lifetimeMs: 1000, ageMs: 417.6, encoding: 'plain' };

describe('a response', () => {
  test('has what caches, players and people need', () => {
    const { status, headers, window } = describeResponse('GET', {}, segment);
    expect(status).toBe(200);
    expect(window).toEqual({ start: 0, end: 10 });
    expect(headers).toMatchObject({
      'access-control-allow-origin': '*',
      'timing-allow-origin': '*',
      'cache-control': segment.cacheControl,
      'content-type': 'video/iso.segment',
      'content-length': '10',
      'accept-ranges': 'bytes',
      'x-cache': 'hit',
      'server-timing': 'edge;desc=hit;dur=0.0',
      age: '2',
      etag: '"a"',
    });
    expect(headers).not.toHaveProperty('headwater-age-ms');
    expect(headers).not.toHaveProperty('vary');
  });

  test('tells the next tier the age of what lives for a second in milliseconds', () => {
    expect(describeResponse('GET', {}, playlist).headers).toMatchObject({
      age: '0',
      'headwater-age-ms': '418',
    });
  });

  test('to HEAD has the same head and no body', () => {
    const get = describeResponse('GET', {}, segment);
    const head = describeResponse('HEAD', {}, segment);
    expect(head.headers).toEqual(get.headers);
    expect(head.window).toBeUndefined();
  });

  test('has no length while the size is not known, and goes to the end', () => {
    const { headers, window } = describeResponse('GET', {}, arriving);
    expect(headers).not.toHaveProperty('content-length');
    expect(window).toEqual({ start: 0, end: undefined });
  });

  test.each(['"a"', 'W/"a"', '*', '"b", "a"'])('to If-None-Match %s is 304 without a body', (header) => {
    const { status, headers, window } = describeResponse('GET', { 'if-none-match': header }, segment);
    expect(status).toBe(304);
    expect(window).toBeUndefined();
    expect(headers).toMatchObject({ etag: '"a"', 'cache-control': segment.cacheControl });
    expect(headers).not.toHaveProperty('content-length');
  });

  test('a 304 goes before a range', () => {
    expect(describeResponse('GET', { 'if-none-match': '"a"', range: 'bytes=0-1' }, segment).status).toBe(304);
  });

  test('a range is 206', () => {
    const { status, headers, window } = describeResponse('GET', { range: 'bytes=2-4' }, segment);
    expect(status).toBe(206);
    expect(window).toEqual({ start: 2, end: 5 });
    expect(headers).toMatchObject({ 'content-range': 'bytes 2-4/10', 'content-length': '3' });
  });

  test('a range beyond the end is 416 and says the size', () => {
    const { status, headers, window } = describeResponse('GET', { range: 'bytes=10-' }, segment);
    expect(status).toBe(416);
    expect(headers).toMatchObject({ 'content-range': 'bytes */10', 'content-length': '0' });
    expect(window).toBeUndefined();
  });

  test.each([
    ['of another version', { range: 'bytes=2-4', 'if-range': '"b"' }, segment, 'GET'],
    ['of an unknown size', { range: 'bytes=2-4' }, arriving, 'GET'],
    ['of an error', { range: 'bytes=2-4' }, { ...segment, status: 404 }, 'GET'],
    ['by HEAD', { range: 'bytes=2-4' }, segment, 'HEAD'],
    ['of several parts', { range: 'bytes=0-1,2-4' }, segment, 'GET'],
  ])('a range %s is ignored', (_name, headers, representation, method) => {
    const answer = describeResponse(method, headers, representation as Representation);
    expect(answer.status).toBe(representation.status);
    expect(answer.headers).not.toHaveProperty('content-range');
  });

  test('the gzip form has its own ETag and says what it varies by', () => {
    const { headers } = describeResponse('GET', {}, { ...playlist, encoding: 'gzip' });
    expect(headers).toMatchObject({
      etag: '"a-gzip"',
      'content-encoding': 'gzip',
      vary: 'Accept-Encoding',
    });
    expect(describeResponse('GET', {}, playlist).headers).toMatchObject({
      etag: '"a"',
      vary: 'Accept-Encoding',
    });
  });

  test('an error is never 304 or partial', () => {
    const error = { ...segment, status: 404, etag: undefined };
    expect(describeResponse('GET', { 'if-none-match': '*' }, error).status).toBe(404);
    expect(describeResponse('GET', {}, error).headers).not.toHaveProperty('accept-ranges');
  });
});
