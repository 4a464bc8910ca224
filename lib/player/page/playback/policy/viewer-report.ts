/**
 * What our player says about itself with each request: CMCD version 2 (CTA-5004-B), by which the platform counts viewers and knows how
 * playback goes (lib/audience/). In the query, which no cache key has: headers would make the browser ask for permission first, once
 * for each segment.
 */

/** What is counted, and no more: each request carries it. */
const reportedKeys = ['sid', 'sta', 'msd', 'su', 'ot', 'st', 'sf', 'br', 'bl', 'v'];

/** Fills bytes with random ones and returns them. */
type FillBytes = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** Shaka's `cmcd` configuration. A session is one opened page: nothing links it to the next. */
export const viewerReports = (random: FillBytes) => ({
  enabled: true,
  version: 2,
  useHeaders: false,
  // Shaka's own needs a secure context, which a page on a LAN isn't.
  sessionId: sessionName(random),
  contentId: '',
  includeKeys: reportedKeys,
});

const sessionName = (random: FillBytes): string =>
  [...random(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Adds how long playback has waited for media so far (`bsda`), which shaka doesn't report. URLs without a report stay as they are. */
export const withStalls = (url: string, stalledMs: number): string =>
  url.replace(/([?&]CMCD=[^&#]+)/, `$1%2Cbsda%3D%28${stalledMs}%29`);

/** Marks a request as none of a viewer's: a preview's, or the page's own look at a manifest. */
export const uncounted = (url: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}CMCD=com.headwater-preview`;
