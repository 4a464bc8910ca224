import { type ScannedCmcd, scanCmcd } from './cmcd-scan.ts';

/**
 * What players say about themselves with their requests: Common Media Client Data, CTA-5004 (version 1) and CTA-5004-B (version 2), as
 * the query parameter `CMCD` or as headers.
 */
export type PlaybackReport = Readonly<ScannedCmcd>;

/** A session's name and a request's CMCD are no longer than this; what is longer is left unread. */
const longestSession = 64;
const longestText = 2_048;

/** A page of ours that isn't a viewer, such as a broadcaster's preview, says so. Custom keys: CTA-5004 3.1. */
export const previewKey = 'com.headwater-preview';

/** Where the text is: as it stands in the query, escaped, or in headers, plain. */
export interface CmcdText {
  readonly text: string;
  readonly escaped: boolean;
}

const headerNames = ['cmcd-session', 'cmcd-status', 'cmcd-request'] as const;

/** The CMCD of a request; undefined if it has none. Runs for every request, so it only looks. */
export function cmcdTextOf(
  target: string,
  headers: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): CmcdText | undefined {
  const mark = target.indexOf('CMCD=');
  if (mark > 0 && (target[mark - 1] === '?' || target[mark - 1] === '&')) {
    const end = target.indexOf('&', mark);
    const text = target.slice(mark + 5, end === -1 ? undefined : end);
    return text.length > longestText ? undefined : { text, escaped: true };
  }
  if (headers['cmcd-session'] === undefined) return undefined;
  const text = headerNames.flatMap((name) => headers[name] ?? []).join(',');
  return text.length > longestText ? undefined : { text, escaped: false };
}

const sessionPattern = /(?:^|,|%2C)sid(?:=|%3D)(?:"|%22)([A-Za-z0-9._~:-]{1,64})(?:"|%22)/i;

const usualSession = 'sid%3D%22';
const usualName = /^[A-Za-z0-9._~:-]{1,64}$/;

/**
 * The session's name without reading the rest; undefined if that doesn't do, because it isn't there or is oddly spelled. As the players'
 * library writes it, it is found without searching the text for an expression: that would be most of what counting costs.
 */
export function sessionIn({ text, escaped }: CmcdText): string | undefined {
  const at = escaped ? text.indexOf(usualSession) : -1;
  if (at === 0 || (at > 0 && text.startsWith('%2C', at - 3))) {
    const from = at + usualSession.length;
    const name = text.slice(from, text.indexOf('%22', from));
    if (usualName.test(name)) return name;
  }
  return sessionPattern.exec(text)?.[1];
}

const oncePattern = /(?:^|,|%2C)(?:msd|bsd)(?:=|%3D)|(?:^|,|%2C)bs(?:$|,|%2C)/i;

/** Whether it says something that it says once only. */
export function isNews({ text, escaped }: CmcdText): boolean {
  const isUsual = escaped && text.includes('%3D') && !text.includes('%2c');
  if (!isUsual) return oncePattern.test(text);
  return text.includes('msd%3D') || text.includes('bsd%3D') || text.includes('bs%2C') || text.endsWith('bs');
}

/** What it says; of what is malformed, what can be read. */
export function readReport({ text, escaped }: CmcdText): PlaybackReport {
  const report = scanCmcd(text, escaped);
  const { session = '' } = report;
  if (session === '' || session.length > longestSession) report.session = undefined;
  return report;
}
