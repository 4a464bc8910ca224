import { z } from 'zod';
import { envCodec } from './env.ts';

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address such as http://127.0.0.1:8080' })
  .transform((url) => url.replace(/\/+$/, ''));

/** Environment of the page's server: `HEADWATER_HOST`, `HEADWATER_PORT`, `HEADWATER_API_BASE_URL`, … */
export const pageCodec = envCodec({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65535),
  /** Address of the control API for the browser, without a trailing slash. Omitted: the page only has the viewer. */
  apiBaseUrl: baseUrl.optional(),
  /** Address of the local supervisor for the browser. Omitted: no processes are shown. */
  processApiBaseUrl: baseUrl.optional(),
  /** Address of the edge for the browser, without a trailing slash. */
  edgeBaseUrl: baseUrl,
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'must be a region name such as local or eu-central-1')
    .default('local'),
});
