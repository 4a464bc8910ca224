// The health check of a container: exits with 0 if the program in it answers, otherwise with 1. A draining program answers
// the load balancer with 503, but must not be killed for that, so here it still counts as healthy.
import { get } from 'node:http';
import { healthCheckCodec } from '../lib/config/programs/health-check.ts';

const { healthPort } = healthCheckCodec.decode(process.env);
const url = `http://127.0.0.1:${healthPort}/healthz`;
const request = get(url, { agent: false, timeout: 3_000 }, ({ statusCode }) =>
  process.exit(statusCode === 200 || statusCode === 503 ? 0 : 1),
);
request.on('timeout', () => request.destroy());
request.on('error', () => process.exit(1));
