import { deniedPathOf } from './policy/access/denial.ts';
import {
  type EdgeRules,
  needsToken,
  notBeforeOf,
  type PlaybackRefusal,
  playbackRefusals,
} from './policy/access/playback.ts';
import {
  isBound,
  sessionOf,
  type TokenFault,
  timeFault,
  tokenFault,
} from './policy/access/playback-token.ts';

/** About 5 MB. Beyond it, signatures are checked again. */
const maxVerified = 20_000;

/** Who may watch, as the local edge knows it. The same rule as in front of CloudFront's cache (policy/functions/access-function.ts). */
export class PlaybackCheck {
  readonly #wallMs: () => number;
  #playback: EdgeRules['playback'] = new Map();
  #revoked: EdgeRules['revoked'] = new Set();
  #keys: string | undefined;
  /** Tokens whose signature is valid, with what it covers: a viewer sends the same one with each request. */
  readonly #verified = new Set<string>();

  /** `wallMs`: Unix milliseconds. */
  constructor(wallMs: () => number) {
    this.#wallMs = wallMs;
  }

  follow({ playback, revoked }: Pick<EdgeRules, 'playback' | 'revoked'>): void {
    this.#playback = playback;
    this.#revoked = revoked;
  }

  /** The keys that tokens may be signed with (`verifyingKeys`). Until they are known, signed streams are answered with 503. */
  useKeys(keys: string): void {
    this.#keys = keys;
    this.#verified.clear();
  }

  /** Undefined if `path`, without its token, may be served to the viewer at `address`. */
  refusal(path: string, token: string, address: string): PlaybackRefusal | undefined {
    const streamPath = deniedPathOf(path);
    if (streamPath === undefined) return undefined;
    const entry = this.#playback.get(streamPath) ?? '';
    if (!needsToken(path, entry)) return undefined;
    if (token === '') return playbackRefusals.missing;
    if (this.#keys === undefined) return playbackRefusals.unreadable;
    const fault = this.#faultOf(token, streamPath, this.#keys, notBeforeOf(entry), address);
    if (fault !== '') return playbackRefusals[fault];
    const isRevoked = this.#revoked.size > 0 && this.#revoked.has(`${streamPath}/${sessionOf(token)}`);
    return isRevoked ? playbackRefusals.revoked : undefined;
  }
  #faultOf(
    token: string,
    streamPath: string,
    keys: string,
    notBeforeMs: number,
    address: string,
  ): TokenFault {
    const nowMs = this.#wallMs();
    const covered = `${streamPath} ${token} ${isBound(token) ? address : ''}`;
    if (this.#verified.has(covered)) return timeFault(token, notBeforeMs, nowMs);
    const fault = tokenFault(token, streamPath, keys, notBeforeMs, address, nowMs);
    if (fault !== '') return fault;
    if (this.#verified.size >= maxVerified) this.#verified.clear();
    this.#verified.add(covered);
    return fault;
  }
}
