import { envCodec } from './env.ts';
import { address, host, port, regionName } from './fields.ts';

const baseUrl = address(/^https?$/, 'http://127.0.0.1:8080');

/** What the page's server is told: `HEADWATER_HOST`, `HEADWATER_PORT`, `HEADWATER_API_BASE_URL`, … */
export const pageCodec = envCodec({
  host: host.default('127.0.0.1'),
  port,
  /** The control API as the browser reaches it, without a slash at the end. Left out: the page is a viewer only. */
  apiBaseUrl: baseUrl.optional(),
  /** The supervisor of one machine as the browser reaches it. Left out: no processes are shown. */
  processApiBaseUrl: baseUrl.optional(),
  /** The edge as the browser reaches it, without a slash at the end. */
  edgeBaseUrl: baseUrl,
  region: regionName.default('local'),
});
