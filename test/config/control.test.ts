import { expect, test } from '@jest/globals';
import { controlCodec } from '../../lib/config/control.ts';

const config: Parameters<typeof controlCodec.encode>[0] = {
  host: '127.0.0.1',
  port: 8070,
  controlStore: 'sqlite:/data/control.sqlite',
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
  const hosts = { ...config, allowedHosts: ['api.example.com'] };
  expect(controlCodec.decode(controlCodec.encode(hosts))).toEqual(hosts);
});

test('a slash at the end of a base address is dropped', () => {
  const env = controlCodec.encode({ ...config, pageBaseUrl: 'http://127.0.0.1:8080/' });
  expect(controlCodec.decode(env).pageBaseUrl).toBe('http://127.0.0.1:8080');
});

test('every fault is named at once', () => {
  const env = controlCodec.encode({ ...config, port: 70_000, ingestRtmpUrl: 'http://x', region: '../x' });
  expect(() => controlCodec.decode(env)).toThrow(/3 fault.*HEADWATER_PORT.*INGEST_RTMP_URL.*REGION/s);
});
