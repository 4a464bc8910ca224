import { expect, test } from '@jest/globals';
import { popCodec } from '../../lib/config/programs/pop.ts';

const target = { host: '10.0.0.7', rtmpPort: 1, rtmpsPort: 2, healthPort: 3 };
const ports = { rtmpPort: 1935, rtmpsPort: 443, healthPort: 8080 };

test('targets come back as they were encoded', () => {
  const targets = [target, { ...target, host: '::1' }];
  const env = popCodec.encode({ ...ports, targets });
  expect(env.HEADWATER_TARGETS).toBe('10.0.0.7:1:2:3,::1:1:2:3');
  expect(popCodec.decode(env)).toMatchObject({ ...ports, targets, proxyProtocol: 'off' });
});

test.each(['', 'host', 'host:1:2', 'host:0:2:3', 'host:1:2:70000', ':1:2:3', 'host:1:2:3,'])(
  'targets %p are a fault that says what is expected',
  (text) => {
    const env = { ...popCodec.encode({ ...ports, targets: [target] }), HEADWATER_TARGETS: text };
    expect(() => popCodec.decode(env)).toThrow('host:rtmpPort:rtmpsPort:healthPort');
  },
);
