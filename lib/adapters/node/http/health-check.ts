import { get } from 'node:http';
import type { HealthProbe } from '../../../pop/ports.ts';

/** Requests `GET http://host:port/healthz`; true if it responds with 200 within `timeoutMs`. Never throws. */
export const probeHealth: HealthProbe = ({ host, port }, { timeoutMs }) =>
  new Promise((resolve) => {
    const request = get({ host, port, path: '/healthz', agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    const timer = setTimeout(() => request.destroy(), timeoutMs);
    request.on('error', () => resolve(false));
    request.on('timeout', () => request.destroy());
    request.on('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
