import { hash, randomBytes, randomInt } from 'node:crypto';
import { cmcdTextOf, previewKey, readReport, sessionIn } from '../audience/policy/cmcd.ts';
import { contentOf } from '../audience/policy/content.ts';
import type { AudienceTake } from '../audience/policy/tally.ts';
import { ViewerSessions } from '../audience/policy/viewer-sessions.ts';
import type { Clock } from '../net/clock.ts';
import type { CacheKey } from './policy/cache-key.ts';
import type { DeliveryRule } from './policy/delivery.ts';
import type { EdgeRequest } from './ports.ts';

/** How often viewers who have left are forgotten, whether or not anybody asks for the counts. */
const advanceEveryMs = 5_000;
/** What tells a player without CMCD. Posters and storyboards are also fetched by pages that play nothing, and by players that have CMCD. */
const playlists: ReadonlySet<DeliveryRule['kind']> = new Set([
  'media-playlist',
  'multivariant-playlist',
  'manifest',
]);
/** A session's name as a player without CMCD is given it: no player can send this. */
const anonymous = '\0';

/**
 * Counts this edge's viewers by the requests that it answered: sessions by the CMCD of their players, and players that send none by
 * the playlists and manifests they ask for. Those are told apart by a hash of address and software with a salt of this process, which is
 * kept in memory until the viewer leaves, and nowhere else.
 */
export class EdgeAudience {
  readonly #sessions: ViewerSessions;
  readonly #clock: Clock;
  readonly #salt = randomBytes(16).toString('latin1');
  readonly #clientSeed = randomInt(2 ** 32);
  #advancedMs: number;

  constructor(clock: Clock, sessions = new ViewerSessions()) {
    this.#sessions = sessions;
    this.#clock = clock;
    this.#advancedMs = clock.nowMs();
  }

  get counts(): { readonly viewerSessions: number; readonly uncountedViewers: number } {
    return { viewerSessions: this.#sessions.size, uncountedViewers: this.#sessions.uncounted };
  }

  /** A request that was answered with the object. */
  see({ target, headers, client = '', address }: EdgeRequest, { key, rule }: CacheKey): void {
    const cmcd = cmcdTextOf(target, headers);
    // The usual request of other players: no more than this look.
    if (cmcd === undefined && !playlists.has(rule.kind)) return;
    if (cmcd?.text.includes(previewKey)) return;
    const session = cmcd
      ? (sessionIn(cmcd) ?? readReport(cmcd)?.session)
      : anonymous + hash('sha256', `${this.#salt}${address} ${headers['user-agent'] ?? ''}`, 'base64');
    const content = session === undefined ? undefined : contentOf(key);
    if (session === undefined || content === undefined) return;
    const atMs = this.#clock.nowMs();
    this.#sessions.see({ content, session, atMs, cmcd, client: this.#bucketOf(client) });
    if (atMs - this.#advancedMs < advanceEveryMs) return;
    this.#advancedMs = atMs;
    this.#sessions.advance(atMs);
  }

  /** What was counted since the last call. */
  take(): AudienceTake[] {
    const nowMs = this.#clock.nowMs();
    this.#advancedMs = nowMs;
    return this.#sessions.take(nowMs);
  }

  /** FNV-1a, seeded: limits need no more, and nobody can choose whose limit to use up. */
  #bucketOf(client: string): number {
    let mixed = this.#clientSeed;
    for (let index = 0; index < client.length; index++) {
      mixed = Math.imul(mixed ^ client.charCodeAt(index), 16_777_619);
    }
    return (mixed ^ (mixed >>> 16)) & 0xffff;
  }
}
