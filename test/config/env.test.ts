import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { EnvironmentError, envCodec } from '../../lib/config/env.ts';

const codec = envCodec({
  memberId: z.string().min(1),
  relayPort: z.coerce.number().int().max(65_535),
  host: z.string().default('127.0.0.1'),
  ladder: z.string().optional(),
});

describe('a program’s environment', () => {
  test('is named after its fields', () => {
    expect(codec.encode({ memberId: 'encoder-1', relayPort: 7000 })).toEqual({
      HEADWATER_MEMBER_ID: 'encoder-1',
      HEADWATER_RELAY_PORT: '7000',
    });
  });

  test('comes back as it was written, with defaults filled in', () => {
    const config = { memberId: 'encoder-1', relayPort: 7000, ladder: 'small' };
    expect(codec.decode(codec.encode(config))).toEqual({ ...config, host: '127.0.0.1' });
  });

  test('is judged as a whole: every fault, by the name of its variable', () => {
    const decode = () => codec.decode({ HEADWATER_RELAY_PORT: '70000' });
    expect(decode).toThrow(EnvironmentError);
    expect(decode).toThrow(/HEADWATER_MEMBER_ID.*HEADWATER_RELAY_PORT/);
  });

  test('other variables do not matter', () => {
    const env = { ...codec.encode({ memberId: 'a', relayPort: 1 }), PATH: '/bin', HEADWATER_OTHER: 'x' };
    expect(codec.decode(env)).toMatchObject({ memberId: 'a', relayPort: 1 });
  });
});
