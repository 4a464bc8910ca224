import { describe, expect, test } from '@jest/globals';
import { acceptsGzip } from '../../../lib/edge/policy/encoding.ts';

describe('Accept-Encoding', () => {
  test.each(['gzip', 'GZIP', 'gzip, br', 'br;q=1, gzip;q=0.1', 'x-gzip', '*', 'br, *;q=0.5', 'gzip ; q=0.5'])(
    '%s takes gzip',
    (header) => {
      expect(acceptsGzip(header)).toBe(true);
    },
  );

  test.each([
    undefined,
    '',
    'identity',
    'br',
    'gzip;q=0',
    'gzip;q=0.000',
    'gzip; q=0, *',
    '*;q=0',
    'gzipped',
    'br;q=gzip',
    'gzip;q=x',
  ])('%s does not', (header) => {
    expect(acceptsGzip(header)).toBe(false);
  });
});
