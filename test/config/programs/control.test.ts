import { expect, test } from '@jest/globals';
import { controlCodec } from '../../../lib/config/programs/control.ts';

const config: Parameters<typeof controlCodec.encode>[0] = {
  host: '127.0.0.1',
  port: 8070,
  controlStore: 'sqlite:/data/control.sqlite',
  eventRetentionDays: 400,
  keyPepper: 'file:/data/pepper',
  ingestRtmpUrl: 'rtmp://127.0.0.1:1935/live',
  ingestRtmpsUrl: 'rtmps://127.0.0.1:1936/live',
  playbackBaseUrl: 'http://127.0.0.1:8090',
  pageBaseUrl: 'http://127.0.0.1:8080',
  region: 'local',
  allowedOrigins: ['http://127.0.0.1:8080', 'http://localhost:8080'],
};

test('the control program is told exactly what its starter configured', () => {
  expect(controlCodec.decode(controlCodec.encode(config))).toEqual(config);
  const more: typeof config = {
    ...config,
    allowedHosts: ['api.example.com'],
    offeredEncoders: ['fleet', 'medialive'],
    pushAllow: ['127.0.0.0/8', 'fd00::/8'],
  };
  expect(controlCodec.decode(controlCodec.encode(more))).toEqual(more);
});

test('a slash at the end of a base address is dropped', () => {
  const env = controlCodec.encode({ ...config, pageBaseUrl: 'http://127.0.0.1:8080/' });
  expect(controlCodec.decode(env).pageBaseUrl).toBe('http://127.0.0.1:8080');
});

test('every fault is named at once', () => {
  const env = controlCodec.encode({ ...config, port: 70_000, ingestRtmpUrl: 'http://x', region: '../x' });
  expect(() => controlCodec.decode(env)).toThrow(/3 errors.*HEADWATER_PORT.*INGEST_RTMP_URL.*REGION/s);
});

test.each(['medialive', 'fleet,elemental', ''])('the encoders “%s” are refused', (tiers) => {
  const env = { ...controlCodec.encode(config), HEADWATER_OFFERED_ENCODERS: tiers };
  expect(() => controlCodec.decode(env)).toThrow(/1 error.*HEADWATER_OFFERED_ENCODERS/);
});

test.each(['127.0.0.1', '10.0.0.0/33', ''])('the network “%s” is refused', (network) => {
  const env = { ...controlCodec.encode(config), HEADWATER_PUSH_ALLOW: network };
  expect(() => controlCodec.decode(env)).toThrow(
    /1 error.*HEADWATER_PUSH_ALLOW: must be comma-separated networks/,
  );
});
