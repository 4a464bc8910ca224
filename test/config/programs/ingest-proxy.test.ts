import { describe, expect, test } from '@jest/globals';
import { ingestProxyCodec } from '../../../lib/config/programs/ingest-proxy.ts';
import type { MemberId } from '../../../lib/routing/ids.ts';

const config = {
  memberId: 'ingest-1' as MemberId,
  rtmpPort: 1,
  rtmpsPort: 2,
  healthPort: 3,
  certificate: 'files:/a,/b',
  controlStore: 'sqlite:/c',
  keyPepper: 'file:/p',
  relayKeys: 'file:/r',
} as const;

describe('the environment of an ingest proxy', () => {
  test('says nothing of pushes unless told', () => {
    const env = ingestProxyCodec.encode({ ...config, pushAllow: undefined });
    expect(ingestProxyCodec.decode(env)).toMatchObject({ rtmpPort: 1 });
    expect(ingestProxyCodec.decode(env).pushAllow).toBeUndefined();
  });

  test('carries networks that may be pushed to', () => {
    const pushAllow = ['127.0.0.0/8', '::1/128'];
    expect(ingestProxyCodec.decode(ingestProxyCodec.encode({ ...config, pushAllow })).pushAllow).toEqual(
      pushAllow,
    );
  });

  test.each(['127.0.0.1', '127.0.0.0/33', 'localhost/8', '127.0.0.0/8,,'])(
    'refuses %p as networks',
    (text) => {
      const env = { ...ingestProxyCodec.encode(config), HEADWATER_PUSH_ALLOW: text };
      expect(() => ingestProxyCodec.decode(env)).toThrow(/HEADWATER_PUSH_ALLOW/);
    },
  );
});
