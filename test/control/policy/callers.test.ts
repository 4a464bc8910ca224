import { describe, expect, test } from '@jest/globals';
import { scopes } from '../../../lib/config/scopes.ts';
import { type DirectRequest, directCaller, gatewayCaller } from '../../../lib/control/policy/callers.ts';

const token = '0123456789abcdef0123456789abcdef';
const own: DirectRequest = {
  remoteAddress: '127.0.0.1',
  host: '127.0.0.1:8441',
  authorization: undefined,
  isForwarded: false,
};

describe('the caller of a machine’s own API', () => {
  test.each<[string, Partial<DirectRequest>, string | undefined]>([
    ['from loopback', {}, 'loopback'],
    ['by another name of it', { host: 'LocalHost:8441' }, 'loopback'],
    ['over IPv6', { remoteAddress: '::1', host: '[::1]:8441' }, 'loopback'],
    ['mapped into IPv6', { remoteAddress: '::ffff:127.0.0.1' }, 'loopback'],
    ['from the LAN', { remoteAddress: '192.168.1.20', host: '192.168.1.5:8441' }, undefined],
    ['from the LAN, with a loopback name', { remoteAddress: '192.168.1.20' }, undefined],
    ['from an address that looks alike', { remoteAddress: '127.0.0.1.evil' }, undefined],
    ['through a proxy on this machine', { host: 'console.example' }, undefined],
    ['through a proxy that keeps the host to itself', { isForwarded: true }, undefined],
    ['without a host', { host: undefined }, undefined],
    ['without an address', { remoteAddress: undefined }, undefined],
    ['with the token', { remoteAddress: '192.168.1.20', authorization: `Bearer ${token}` }, 'token'],
    ['with another token', { remoteAddress: '192.168.1.20', authorization: `Bearer ${token}0` }, undefined],
    ['with no Bearer', { remoteAddress: '192.168.1.20', authorization: token }, undefined],
    ['from loopback with another token', { authorization: 'Bearer x' }, undefined],
  ])('%s', (_, changes, id) => {
    const caller = directCaller({ ...own, ...changes }, token);
    expect(caller).toEqual(id === undefined ? undefined : { id, rights: 'all' });
  });

  test('without a token there is none to send', () => {
    for (const authorization of ['Bearer undefined', 'Bearer ', 'Bearer']) {
      expect(directCaller({ ...own, authorization }, undefined)).toBeUndefined();
    }
    expect(directCaller(own, undefined)?.id).toBe('loopback');
  });
});

describe('the caller that the gateway has authenticated', () => {
  const rules = { ownerClaim: 'sub', scopePrefix: '' };
  const jwt = (claims: Record<string, unknown>) => ({ jwt: { claims } });

  test('an IAM identity has full rights', () => {
    const userArn = 'arn:aws:iam::111122223333:user/ops';
    for (const some of [rules, undefined]) {
      expect(gatewayCaller({ iam: { userArn } }, some)).toEqual({ id: userArn, rights: 'all' });
    }
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['a text', { scope: 'openid streams:read streams:write' }, ['streams:read', 'streams:write']],
    ['a list', { scp: ['takedown', 'email'] }, ['takedown']],
    ['a list as the gateway writes it', { scp: '[platform streams:read]' }, ['platform', 'streams:read']],
    ['nothing', {}, []],
    ['names that only begin alike', { scope: 'streams:reads platform2 other/streams:read STREAMS:READ' }, []],
  ])('has the scopes of its token: %s', (_, claims, expected) => {
    const caller = gatewayCaller(jwt({ sub: 'ann', ...claims }), rules);
    expect([...(caller?.rights ?? [])].sort()).toEqual(expected.sort());
    expect(caller).toMatchObject({ id: 'ann', owner: 'ann' });
  });

  test('has scopes behind the issuer’s prefix, and only those', () => {
    const claims = { tenant: 'acme', scope: 'headwater/streams:read streams:write' };
    const caller = gatewayCaller(jwt(claims), { ownerClaim: 'tenant', scopePrefix: 'headwater/' });
    expect(caller).toEqual({ id: 'acme', owner: 'acme', rights: new Set(['streams:read']) });
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ['in no group', {}, ['streams:read', 'streams:write']],
    ['in one', { groups: ['takedown'] }, ['streams:read', 'streams:write', 'takedown']],
    ['in both, as the gateway writes it', { groups: '[platform takedown]' }, [...scopes]],
    [
      'in groups of similar names',
      { groups: '[takedowns platform-team]' },
      ['streams:read', 'streams:write'],
    ],
  ])('where groups count, has a privileged scope only in its group: %s', (_, groups, expected) => {
    const claims = { sub: 'ann', scope: scopes.join(' '), ...groups };
    const caller = gatewayCaller(jwt(claims), { ...rules, groupsClaim: 'groups' });
    expect([...(caller?.rights ?? [])].sort()).toEqual(expected.sort());
  });

  test('has no privileged scope by its group alone', () => {
    const claims = { sub: 'ann', scope: 'streams:read', groups: ['takedown'] };
    expect(gatewayCaller(jwt(claims), { ...rules, groupsClaim: 'groups' })?.rights).toEqual(
      new Set(['streams:read']),
    );
  });

  test.each([[undefined], [''], [7], ['a\nb'], ['x'.repeat(257)]])(
    'has no owner where the claim is %j',
    (sub) => {
      expect(gatewayCaller(jwt({ sub, scope: 'streams:read' }), rules)).not.toHaveProperty('owner');
    },
  );

  test.each([[undefined], [{}], [{ jwt: {} }], [{ jwt: null, iam: null }]])('is nobody: %j', (authorizer) => {
    expect(gatewayCaller(authorizer, rules)).toBeUndefined();
  });

  test('is nobody with a token where tokens are not configured', () => {
    expect(gatewayCaller(jwt({ sub: 'ann', scope: 'platform' }), undefined)).toBeUndefined();
  });
});
