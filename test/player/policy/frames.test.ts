import { describe, expect, test } from '@jest/globals';
import { frameAncestors, frameOriginPattern } from '../../../lib/player/policy/frames.ts';
import { contentSecurityPolicy, securityHeaders } from '../../../lib/player/policy/headers.ts';

describe('who may frame', () => {
  test('is everybody, nobody, or the sites named', () => {
    expect(frameAncestors('anywhere')).toBe('*');
    expect(frameAncestors('nowhere')).toBe("'none'");
    expect(frameAncestors(['https://a.example', 'https://*.b.example:8443'])).toBe(
      'https://a.example https://*.b.example:8443',
    );
  });

  test.each([
    'https://a.example; script-src *',
    'https://a.example *',
    "'self'",
    '*',
    'https://*',
    'https://a.example/path',
    'javascript:x',
    'https://a.example\n',
  ])('an origin cannot end the directive or widen it: %j', (origin) => {
    expect(frameOriginPattern.test(origin)).toBe(false);
    expect(frameAncestors([origin])).toBe("'none'");
  });

  test('stands in the policy, and old browsers are told of nobody only', () => {
    expect(contentSecurityPolicy({}, { frames: ['https://a.example'] })).toMatch(
      /frame-ancestors https:\/\/a\.example$/,
    );
    expect(securityHeaders({}, { frames: 'anywhere' })).not.toHaveProperty('X-Frame-Options');
    expect(securityHeaders({}, { frames: ['https://a.example'] })).not.toHaveProperty('X-Frame-Options');
    expect(securityHeaders({}, { frames: 'nowhere' })).toHaveProperty('X-Frame-Options', 'DENY');
    expect(securityHeaders({})).toHaveProperty('X-Frame-Options', 'DENY');
  });
});
