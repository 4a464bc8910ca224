import { describe, expect, test } from '@jest/globals';
import { encoderWorkerCodec } from '../../../lib/config/programs/encoder-worker.ts';

const told = {
  host: '0.0.0.0',
  relayPort: 1940,
  healthPort: 8080,
  controlStore: 'dynamodb:headwater',
  origin: 's3://headwater-origin-111122223333-eu-central-1',
  relayKeys: 'secretsmanager:headwater/relay-keys',
  region: 'eu-central-1',
} as const;

describe("an encoder worker's environment", () => {
  test('is of the CPU fleet, and nobody protects its task, unless it is told otherwise', () => {
    expect(encoderWorkerCodec.decode(encoderWorkerCodec.encode(told))).toMatchObject({
      pool: 'cpu',
      videoEncoder: 'x264',
      taskAgentUri: undefined,
    });
  });

  test('of the GPU fleet comes through', () => {
    const gpu = { ...told, pool: 'gpu', videoEncoder: 'nvenc', capacity: 8 } as const;
    expect(encoderWorkerCodec.decode(encoderWorkerCodec.encode(gpu))).toMatchObject(gpu);
  });

  test('has parts of a quarter of a second, or of another length that divides a segment evenly', () => {
    const partMsOf = (more: { partMs?: 200 | 1000 }): number =>
      encoderWorkerCodec.decode(encoderWorkerCodec.encode({ ...told, ...more })).partMs;
    expect([partMsOf({}), partMsOf({ partMs: 200 }), partMsOf({ partMs: 1000 })]).toEqual([250, 200, 1000]);
    const env = { ...encoderWorkerCodec.encode(told), HEADWATER_PART_MS: '300' };
    expect(() => encoderWorkerCodec.decode(env)).toThrow('HEADWATER_PART_MS');
  });

  test('has the agent that protects its task by the name that ECS gives it', () => {
    const env = { ...encoderWorkerCodec.encode(told), ECS_AGENT_URI: 'http://169.254.170.2/api/0123' };
    expect(encoderWorkerCodec.decode(env).taskAgentUri).toBe('http://169.254.170.2/api/0123');
  });
});
