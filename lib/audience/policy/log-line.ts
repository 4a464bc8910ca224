import { type CmcdText, cmcdTextOf, previewKey, readReport, sessionIn } from './cmcd.ts';
import { type Content, contentOf } from './content.ts';

/**
 * The fields of CloudFront's real-time log that viewers are counted from, in the order of CloudFront's list, in which it writes them.
 * Neither address nor software of the viewer. The two `cmcd` fields stand in for headers, which it doesn't log.
 */
export const logFields = [
  'timestamp',
  'sc-status',
  'cs-uri-stem',
  'cs-uri-query',
  'cmcd-buffer-starvation',
  'cmcd-session-id',
] as const;

/** A request with CMCD that was answered. */
export interface LoggedRequest {
  /** Unix ms. */
  readonly atMs: number;
  readonly content: Content;
  readonly session: string;
  readonly cmcd: CmcdText;
}

const answered = /^(?:200|206|304)$/;
/** A playback token, which takes the second place of a path. */
const tokenInPath = /^(\/[^/]+)\/~[^/]*/;

/** Reads a line; undefined if it is no viewer's, or none that we can tell from others. */
export function readLogLine(line: string): LoggedRequest | undefined {
  const [timestamp = '', status = '', path = '', query = '', starvation = '', sid = ''] = line
    .trimEnd()
    .split('\t');
  const atMs = Math.round(Number(timestamp) * 1_000);
  if (!answered.test(status) || !Number.isFinite(atMs) || atMs <= 0) return undefined;
  const cmcd = cmcdTextOf(`?${query}`) ?? fieldsAsText(sid, starvation);
  if (cmcd === undefined || cmcd.text.includes(previewKey)) return undefined;
  const session = sessionIn(cmcd) ?? readReport(cmcd)?.session;
  const content = contentOf(path.replace(tokenInPath, '$1'));
  return session === undefined || content === undefined ? undefined : { atMs, content, session, cmcd };
}

function fieldsAsText(sid: string, starvation: string): CmcdText | undefined {
  const name = sid.replaceAll(/"|%22/g, '');
  if (!/^[A-Za-z0-9._~:-]{1,64}$/.test(name) || name === '-') return undefined;
  const starved = /^(?:1|true|bs)$/i.test(starvation) ? ',bs' : '';
  return { text: `sid="${name}"${starved}`, escaped: false };
}
