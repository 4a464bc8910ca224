import { describe, expect, test } from '@jest/globals';
import { fileFor, type PageFile } from '../../../lib/player/policy/routes.ts';
import { pageUrlHeader, routesFunctionCode } from '../../../lib/player/policy/routes-function.ts';
import { functionSizeQuotaBytes, runViewerFunction } from '../../../testkit/aws/viewer-function.ts';

const ask = (uri: string) => runViewerFunction(routesFunctionCode(), { uri });

const file = (name: string): PageFile => ({
  body: Buffer.from(name),
  contentType: 'text/plain',
  etag: `"${name}"`,
  immutable: false,
});
const files = new Map(
  ['/index.html', '/embed.html', '/config.json', '/icon.svg', '/openapi.json', '/assets/page-AB12.js'].map(
    (name) => [name, file(name)],
  ),
);

describe('the page’s routes at the edge', () => {
  test.each([
    '/',
    '/watch/7h2kqv0m4x9rt3bz',
    '/watch/7h2kqv0m4x9rt3bz/',
    '/streams/7h2kqv0m4x9rt3bz',
    '/platform',
    '/docs',
    '/docs/createStream',
    '/docs/a/b',
    '/openapi.json',
    '/watch/a.b',
    '/embed/7h2kqv0m4x9rt3bz',
    '/embed/7h2kqv0m4x9rt3bz/',
    '/embed/short',
    '/embed/',
    '/embed.html',
    '/index.html',
    '/config.json',
    '/icon.svg',
    '/assets/page-AB12.js',
    '/assets/page-OLD.js',
    '/nowhere',
    '/watch/a/b',
    '/watch/',
    '/eu-central-1/stream/notes.txt',
  ])('%s has the outcome that it has on one machine', (uri) => {
    const local = fileFor(uri, files);
    const { statusCode, uri: asked = '' } = ask(uri);
    const stored = files.get(asked);
    expect(statusCode ?? (stored ? 200 : 404)).toBe(local?.status ?? 404);
    if (local?.status === 200) expect(stored).toBe(local.file);
  });

  test('an address that is nothing is told so in words, which may not run anything', () => {
    const { statusCode, headers, body } = ask('/nowhere');
    expect(statusCode).toBe(404);
    expect(body).toContain('Page not found');
    expect(headers?.['content-security-policy']?.value).toBe("default-src 'none'");
  });

  const host = { host: { value: 'live.example' } };
  const pageUrl = (uri: string, querystring = {}, headers = {}) =>
    runViewerFunction(routesFunctionCode(), { uri, querystring, headers: { ...host, ...headers } }).headers?.[
      pageUrlHeader
    ]?.value;

  test('says which stream’s page it is, by one address, whatever else the query has', () => {
    const query = {
      region: { value: 'eu-central-1' },
      broadcast: { value: '1jm8qv0m4x9rt3bz' },
      utm: { value: 'x' },
    };
    expect(pageUrl('/watch/7h2kqv0m4x9rt3bz', query)).toBe(
      'https://live.example/watch/7h2kqv0m4x9rt3bz?region=eu-central-1&broadcast=1jm8qv0m4x9rt3bz',
    );
    expect(pageUrl('/embed/7h2kqv0m4x9rt3bz/', { region: { value: 'A B' } })).toBe(
      'https://live.example/embed/7h2kqv0m4x9rt3bz',
    );
    expect(pageUrl('/oembed')).toBe('https://live.example/oembed');
  });

  test('a viewer can’t say it, and other pages say nothing', () => {
    const forged = { [pageUrlHeader]: { value: 'https://evil.example/watch/7h2kqv0m4x9rt3bz' } };
    for (const uri of ['/', '/streams/7h2kqv0m4x9rt3bz', '/config.json', '/watch/a.b', '/embed/short'])
      expect(pageUrl(uri, {}, forged)).toBeUndefined();
    expect(pageUrl('/watch/7h2kqv0m4x9rt3bz', {}, forged)).toBe(
      'https://live.example/watch/7h2kqv0m4x9rt3bz',
    );
  });

  test('fits into a function', () => {
    expect(Buffer.byteLength(routesFunctionCode())).toBeLessThan(functionSizeQuotaBytes);
  });
});
