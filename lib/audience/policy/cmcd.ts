import { decodeCmcd } from '@svta/cml-cmcd';

/**
 * What players say about themselves with their requests: Common Media Client Data, CTA-5004 (version 1) and CTA-5004-B (version 2), as
 * the query parameter `CMCD` or as headers.
 */
export interface PlaybackReport {
  readonly session?: string;
  /** From the wish to play to the first picture (`msd`). Sent once. */
  readonly startupMs?: number;
  /** All time spent waiting for media so far (`bsda`). */
  readonly stalledTotalMs?: number;
  /** The waits since the player last said so (`bsd`). Sent once each. */
  readonly stalledMs?: number;
  /** It waited for media since its last request, for a time unknown (`bs`). */
  readonly starved?: boolean;
  /** What it is doing (`sta`); version 2 alone. */
  readonly state?: string;
}

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

/** The session's name without decoding the rest; undefined if that doesn't do, because it isn't there or is oddly spelled. */
export const sessionIn = ({ text }: CmcdText): string | undefined => sessionPattern.exec(text)?.[1];

const oncePattern = /(?:^|,|%2C)(?:msd|bsd)(?:=|%3D)|(?:^|,|%2C)bs(?:$|,|%2C)/i;

/** Whether it says something that it says once only. */
export const isNews = ({ text }: CmcdText): boolean => oncePattern.test(text);

/** Decodes it; undefined if it is malformed. */
export function readReport({ text, escaped }: CmcdText): PlaybackReport | undefined {
  try {
    const { sid, msd, bsda, bsd, bs, sta } = decodeCmcd(
      escaped ? decodeURIComponent(text.replaceAll('+', ' ')) : text,
    ) as Readonly<Record<string, unknown>>;
    const stalledTotalMs = longest(bsda);
    const stalledMs = total(bsd);
    const state =
      typeof sta === 'object' ? (sta as { readonly description?: string } | null)?.description : sta;
    return {
      ...(typeof sid === 'string' && sid !== '' && sid.length <= longestSession && { session: sid }),
      ...(isTime(msd) && { startupMs: msd }),
      ...(stalledTotalMs !== undefined && { stalledTotalMs }),
      ...(stalledMs !== undefined && { stalledMs }),
      ...(bs === true && { starved: true }),
      ...(typeof state === 'string' && { state }),
    };
  } catch {
    return undefined;
  }
}

const isTime = (value: unknown): value is number => typeof value === 'number' && value >= 0;

/** The numbers of an inner list, with or without parameters. */
function times(value: unknown): number[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list
    .map((item) => (typeof item === 'object' && item !== null ? (item as { value?: unknown }).value : item))
    .filter(isTime);
}

/** Of waits for picture and for sound, which overlap. */
const longest = (value: unknown): number | undefined =>
  value === undefined ? undefined : times(value).reduce((most, time) => Math.max(most, time), 0);

const total = (value: unknown): number | undefined =>
  value === undefined ? undefined : times(value).reduce((sum, time) => sum + time, 0);
