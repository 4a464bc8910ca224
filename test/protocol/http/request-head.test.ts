import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRequestHead } from '../../../lib/protocol/http/request-head.ts';

const head = (...lines: string[]) => ['GET /a HTTP/1.1', 'Host: e', ...lines].join('\r\n');

describe('a request head', () => {
  test('is read into its parts, names in lower case, values without the space around them', () => {
    expect(parseRequestHead(head('RANGE: \t bytes=0-1 \t', 'Accept-Encoding:gzip', 'X-Empty:'))).toEqual({
      method: 'GET',
      target: '/a',
      headers: Object.assign(Object.create(null), {
        host: 'e',
        range: 'bytes=0-1',
        'accept-encoding': 'gzip',
        'x-empty': '',
      }),
      keepAlive: true,
      chunks: true,
    });
  });

  test('joins the lines of one name', () => {
    expect(parseRequestHead(head('If-None-Match: "a"', 'if-none-match: "b"'))).toMatchObject({
      headers: { 'if-none-match': '"a", "b"' },
    });
  });

  test('may name a header as an object has a property', () => {
    expect(parseRequestHead(head('__proto__: x', 'constructor: y'))).toMatchObject({
      headers: { constructor: 'y' },
    });
  });

  test.each([
    ['1.1', '', true],
    ['1.1', 'close', false],
    ['1.1', 'Keep-Alive, Close', false],
    ['1.1', 'upgrade', true],
    ['1.0', '', false],
    ['1.0', 'Keep-Alive', true],
  ])('of HTTP/%s with Connection: "%s": goes on = %s', (version, connection, keepAlive) => {
    const text = `GET / HTTP/${version}\r\nHost: e\r\nConnection: ${connection}`;
    expect(parseRequestHead(text)).toMatchObject({ keepAlive, chunks: version === '1.1' });
  });

  test.each([
    '',
    'GET',
    'GET /a',
    'GET /a HTTP/2.0\r\nHost: e',
    'GET /a HTTP/1.2\r\nHost: e',
    'GET /a http/1.1\r\nHost: e',
    'get /a HTTP/1.1\r\nHost: e',
    'GET  /a HTTP/1.1\r\nHost: e',
    'GET /a  HTTP/1.1\r\nHost: e',
    'GET /a b HTTP/1.1\r\nHost: e',
    ' GET /a HTTP/1.1\r\nHost: e',
    'GET /\x00 HTTP/1.1\r\nHost: e',
    'GET /\xff HTTP/1.1\r\nHost: e',
    'GET\t/a\tHTTP/1.1\r\nHost: e',
    'GET /a HTTP/1.1',
    '\r\nGET /a HTTP/1.1\r\nHost: e',
    head('Host: f'),
    head('no colon'),
    head(': no name'),
    head('Space : x'),
    head(' Folded: x'),
    head('A: b', ' folded'),
    head('A: b\nB: c'),
    head('A: b\rB: c'),
    head('A: \x00'),
    head('A: \x7f'),
    head('N\xe4me: x'),
    head('Range: bytes=0-1', 'Range: bytes=2-3'),
    head('Content-Length: 0', 'Content-Length: 0'),
    head('Content-Length: -1'),
    head('Content-Length: +1'),
    head('Content-Length: 0x1'),
    head('Content-Length: '),
    head('Content-Length: 1, 1'),
    head('Content-Length: 0', 'Transfer-Encoding: chunked'),
    head('Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'),
  ])('%j is refused with 400', (text) => {
    expect(parseRequestHead(text)).toBe(400);
  });

  test.each([
    head('Content-Length: 1'),
    head('Content-Length: 0001'),
    head('Transfer-Encoding: chunked'),
    head('Transfer-Encoding: x'),
  ])('%j has a body: 413', (text) => {
    expect(parseRequestHead(text)).toBe(413);
  });

  test('has a limited number of fields', () => {
    const fields = (count: number) => Array.from({ length: count }, (_, index) => `x-${index}: y`);
    expect(parseRequestHead(head(...fields(63)))).toMatchObject({ method: 'GET' });
    expect(parseRequestHead(head(...fields(64)))).toBe(431);
  });

  test('of any text is read or refused, and no value keeps a line break', () => {
    const text = fc.string({ unit: fc.constantFrom(...'GET /a:HTP1.0\r\n \t\x00\xff-'), maxLength: 60 });
    fc.assert(
      fc.property(text, (rest) => {
        for (const whole of [rest, `GET / HTTP/1.1\r\nHost: e\r\n${rest}`]) {
          const read = parseRequestHead(whole);
          if (typeof read === 'number') continue;
          for (const value of [read.target, ...Object.values(read.headers)])
            expect(value).not.toMatch(/[\r\n\0]/);
        }
      }),
    );
  });
});
