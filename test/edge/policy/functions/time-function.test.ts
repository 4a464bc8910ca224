import { describe, expect, test } from '@jest/globals';
import { timeFunctionCode } from '../../../../lib/edge/policy/functions/time-function.ts';
import { preflight } from '../../../../lib/edge/policy/response.ts';
import { functionSizeQuotaBytes, runViewerFunction } from '../../../../testkit/aws/viewer-function.ts';

const ask = (method: string) => runViewerFunction(timeFunctionCode(), { method, uri: '/time' });

describe('/time at the edge', () => {
  test('is the time now, for any page, and kept by nobody', () => {
    const before = Date.now();
    const { statusCode, headers, body = '' } = ask('GET');
    expect(statusCode).toBe(200);
    expect(body).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(body)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(body)).toBeLessThanOrEqual(Date.now());
    expect(headers).toMatchObject({
      'access-control-allow-origin': { value: '*' },
      'cache-control': { value: 'no-store' },
      'content-type': { value: 'text/plain; charset=utf-8' },
    });
  });

  test('has no body for HEAD, and leaves the length to CloudFront, which refuses a function that sets it', () => {
    expect(ask('HEAD').body).toBeUndefined();
    expect(ask('GET').headers).not.toHaveProperty('content-length');
  });

  test('answers a preflight as the local edge does', () => {
    const { statusCode, headers = {} } = ask('OPTIONS');
    expect(statusCode).toBe(preflight.status);
    expect(Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value]))).toEqual(
      preflight.headers,
    );
  });

  test('fits into a function', () => {
    expect(Buffer.byteLength(timeFunctionCode())).toBeLessThan(functionSizeQuotaBytes);
  });
});
