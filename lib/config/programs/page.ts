import { z } from 'zod';
import { envCodec } from '../env.ts';
import { baseUrl, host, ownNames, port, regionName } from '../fields.ts';

const webUrl = baseUrl(['http', 'https'], 'http://127.0.0.1:8080');

/** Environment of the page's server: `HEADWATER_HOST`, `HEADWATER_PORT`, `HEADWATER_API_BASE_URL`, … */
export const pageCodec = envCodec({
  host: host.default('127.0.0.1'),
  port,
  /** Address of the control API for the browser, without a trailing slash. Omitted: the page only has the viewer. */
  apiBaseUrl: webUrl.optional(),
  /** Address of the local supervisor for the browser. Omitted: no processes are shown. */
  processApiBaseUrl: webUrl.optional(),
  /** Address of the control API for the page's server, which asks it what link previews may say. Omitted: they say nothing. */
  cardsBaseUrl: webUrl.optional(),
  /** Address of the edge for the browser, without a trailing slash. */
  edgeBaseUrl: webUrl,
  region: regionName.default('local'),
  /** With them, the console of other machines asks for the API's token. */
  ownNames,
  /** Folder with the page's files, as `writePage` leaves them. @default they are bundled from the sources at start */
  filesDir: z.string().min(1).optional(),
  /** Whether open tabs reload when the page is rebuilt; for development. */
  reloadTabs: z.stringbool().default(false),
});
