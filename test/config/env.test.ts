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

  test('can have a variable that somebody else names', () => {
    const foreign = envCodec({ taskUri: z.url(), host: z.string() }, { taskUri: 'ECS_TASK_URI' });
    const env = { ECS_TASK_URI: 'http://169.254.170.2/v4', HEADWATER_HOST: 'a' };
    expect(foreign.decode(env)).toEqual({ taskUri: 'http://169.254.170.2/v4', host: 'a' });
    expect(foreign.encode({ taskUri: 'http://x', host: 'a' })).toHaveProperty('ECS_TASK_URI', 'http://x');
    expect(() => foreign.decode({ ECS_TASK_URI: 'x' })).toThrow(/ECS_TASK_URI:.*HEADWATER_HOST:/s);
  });

  test('other variables do not matter', () => {
    const env = { ...codec.encode({ memberId: 'a', relayPort: 1 }), PATH: '/bin', HEADWATER_OTHER: 'x' };
    expect(codec.decode(env)).toMatchObject({ memberId: 'a', relayPort: 1 });
  });
});
