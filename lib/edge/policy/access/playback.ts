import type { PlaybackMode } from '../../../control-store/records.ts';
import { plainHead, type ResponseHead } from '../response.ts';
import { isDenied } from './denial.ts';
import { type TokenFault, tokenPathPattern } from './playback-token.ts';

/**
 * Whether the edge serves a stream to everybody (`public`), or only with a playback token (`signed`): one rule for the local edge and for
 * the function in front of CloudFront's cache, which runs these functions' source text (see playback-token.ts for what they may use).
 *
 * What the edge looks up for a stream is its entry, words for programs and people alike: `taken down`, `signed` or `public`, and
 * `since <Unix ms>`, after which its tokens must have been issued. A stream without an entry is what its id says.
 */
export interface EdgeEntry {
  readonly denied?: boolean;
  readonly mode?: PlaybackMode | undefined;
  /** Tokens issued until then are revoked. Unix milliseconds. */
  readonly notBeforeMs?: number | undefined;
}

/** What the edge looks up for its streams, by `<region>/<streamId>`. */
export interface EdgeRules {
  /** Taken-down streams. */
  readonly denied: ReadonlySet<string>;
  /** Entries of streams whose playback isn't what their id says. */
  readonly playback: ReadonlyMap<string, string>;
  /** Revoked sessions, by `<region>/<streamId>/<session>`. */
  readonly revoked: ReadonlySet<string>;
}

/** Empty if there is nothing to look up. */
export function formatEntry({ denied, mode, notBeforeMs }: EdgeEntry): string {
  const words = [denied && 'taken down', mode, notBeforeMs !== undefined && `since ${notBeforeMs}`];
  return words.filter(Boolean).join('; ');
}

export function parseEntry(entry: string): EdgeEntry {
  const mode = /\b(public|signed)\b/.exec(entry)?.[1] as PlaybackMode | undefined;
  const notBeforeMs = notBeforeOf(entry);
  return {
    ...(isDenied(entry) && { denied: true }),
    ...(mode && { mode }),
    ...(notBeforeMs > 0 && { notBeforeMs }),
  };
}

/** A path without its token. Anything that passes on paths verbatim passes on this one. */
export interface SplitPath {
  /** Or the whole request target: what follows the token stays as it is. */
  readonly path: string;
  /** Empty if there is none. */
  readonly token: string;
}

export function splitToken(path: string): SplitPath {
  const found = path.indexOf('/~') === -1 ? null : tokenPathPattern.exec(path);
  if (found === null) return { path: path, token: '' };
  // An empty token is a broken link, not a missing one.
  return { path: `/${found[1]}${found[3]}`, token: found[2] === '' ? '.' : String(found[2]) };
}

/** Paths below a stream, or a broadcast, that began as signed: their ids are marked (`lib/routing/ids.ts`). */
export const bornSignedPattern = /^\/[^/]+\/(?:[0-9a-z]{15}u|[^/]+\/[0-9a-z]{15}u)\//;

/**
 * Whether a path needs a token. `entry` is empty if there is none, or if it could not be looked up: then the marked ids, which cannot
 * fail to be read, stay closed.
 */
export function needsToken(path: string, entry: string): boolean {
  if (entry.indexOf('signed') !== -1) return true;
  return entry.indexOf('public') === -1 && bornSignedPattern.test(path);
}

export function notBeforeOf(entry: string): number {
  const found = /since (\d+)/.exec(entry);
  return found === null ? 0 : Number(found[1]);
}

/** The name of a revoked session in the edge's store. */
export function revokedKey(streamPath: string, session: string): string {
  return `revoked=${streamPath}/${session}`;
}

/** The name of a region's signing keys in the edge's store. */
export function signingKeysKey(region: string): string {
  return `keys=${region}`;
}

/** The functions that a check consists of, as source text. */
export const playbackSource: string = [splitToken, needsToken, notBeforeOf, revokedKey, signingKeysKey]
  .map(String)
  .join('\n');

type Refusal = Exclude<TokenFault, ''> | 'unreadable';

const titles: Readonly<Record<Refusal, string>> = {
  missing: 'This stream can only be watched with a playback link.',
  invalid: 'This playback link is not valid here.',
  expired: 'This playback link has expired.',
  revoked: 'This playback link was revoked.',
  unreadable: 'Playback links cannot be checked at the moment. Try again.',
};

export interface PlaybackRefusal {
  readonly head: ResponseHead;
  /** Omitted for HEAD. */
  readonly body: string;
}

const refusal = (code: Refusal): PlaybackRefusal => {
  const status = code === 'unreadable' ? 503 : 403;
  const body = JSON.stringify({ status, title: titles[code], code: `playback-${code}` });
  const head = plainHead(status, 'application/problem+json', body.length);
  const later: Record<string, string> = status === 503 ? { 'retry-after': '1' } : {};
  return { head: { status, headers: { ...head.headers, ...later } }, body };
};

/** The answers to those who have no valid token. None may be cached: the next request may have one. */
export const playbackRefusals: Readonly<Record<Refusal, PlaybackRefusal>> = {
  missing: refusal('missing'),
  invalid: refusal('invalid'),
  expired: refusal('expired'),
  revoked: refusal('revoked'),
  unreadable: refusal('unreadable'),
};
