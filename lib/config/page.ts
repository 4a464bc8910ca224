import { z } from 'zod';
import { envCodec } from './env.ts';

const baseUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address such as http://127.0.0.1:8080' })
  .transform((url) => url.replace(/\/+$/, ''));

/** What the page's server is told: `HEADWATER_HOST`, `HEADWATER_PORT`, `HEADWATER_API_BASE_URL`, … */
export const pageCodec = envCodec({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.coerce.number().int().min(0).max(65535),
  /** The control API as the browser reaches it, without a slash at the end. Left out: the page is a viewer only. */
  apiBaseUrl: baseUrl.optional(),
  /** The supervisor of one machine as the browser reaches it. Left out: no processes are shown. */
  processApiBaseUrl: baseUrl.optional(),
  /** The edge as the browser reaches it, without a slash at the end. */
  edgeBaseUrl: baseUrl,
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'must be a region name such as local or eu-central-1')
    .default('local'),
  /** Whether open tabs load a new build of the page by themselves, for who works on it. */
  reloadTabs: z.stringbool().default(false),
});
