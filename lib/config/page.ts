import { z } from 'zod';
import { envCodec } from './env.ts';
import { baseUrl, regionName } from './fields.ts';

const webUrl = baseUrl(['http', 'https'], 'http://127.0.0.1:8080');

/** What the page's server is told: `HEADWATER_HOST`, `HEADWATER_PORT`, `HEADWATER_API_BASE_URL`, … */
export const pageCodec = envCodec({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65535),
  /** The control API as the browser reaches it, without a slash at the end. Left out: the page is a viewer only. */
  apiBaseUrl: webUrl.optional(),
  /** The supervisor of one machine as the browser reaches it. Left out: no processes are shown. */
  processApiBaseUrl: webUrl.optional(),
  /** The edge as the browser reaches it, without a slash at the end. */
  edgeBaseUrl: webUrl,
  region: regionName.default('local'),
});
