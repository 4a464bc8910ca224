// The health check of a container: exits 0 where the program beside it answers, 1 where it does not. A program that
// drains says 503 to the load balancer; to whoever would kill the container for it, it is as alive as before.
import { get } from 'node:http';
import { healthCheckCodec } from '../lib/config/health-check.ts';

const { healthPort } = healthCheckCodec.decode(process.env);
const url = `http://127.0.0.1:${healthPort}/healthz`;
const request = get(url, { agent: false, timeout: 3_000 }, ({ statusCode }) =>
  process.exit(statusCode === 200 || statusCode === 503 ? 0 : 1),
);
request.on('timeout', () => request.destroy());
request.on('error', () => process.exit(1));
