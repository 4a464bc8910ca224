import type { CmcdText } from './cmcd.ts';
import { isNews, readReport } from './cmcd.ts';
import type { Content } from './content.ts';
import { type AudienceTake, Tally } from './tally.ts';
import { ViewerSession } from './viewer-session.ts';

export interface ViewerSessionsOptions {
  /**
   * A viewer who has asked for nothing for so long has left. Players ask at least once for each segment; where only a sample of the
   * requests is seen, it must be longer. @default 10,000
   */
  readonly silenceMs?: number;
  /** Sessions at once; further ones aren't counted. @default 50,000 */
  readonly mostSessions?: number;
  /** The same for one client, which may be a campus behind one address. @default 2,000 */
  readonly mostOfClient?: number;
}

/** A request of a viewer that was answered. */
export interface Sighting {
  readonly content: Content;
  /** Names the session: the player's own name for it, or any other that stays the same. */
  readonly session: string;
  /** Unix or monotonic ms; may be a little less than before. */
  readonly atMs: number;
  readonly cmcd?: CmcdText | undefined;
  /** Where it came from, for limits only: a hash in [0, 65,536). @default no limit */
  readonly client?: number;
}

interface StreamViewers {
  readonly sessions: Map<string, ViewerSession>;
  readonly tallies: Map<string, Tally>;
  /** The newest broadcast that was asked for. */
  newest: string;
}

/** What a session says is read this often, unless it says something for the only time. */
const readEveryMs = 2_000;
/** Ids of broadcasts sort by time; of each stream, this many are told apart. */
const mostBroadcasts = 8;

/**
 * Who watches what. A viewer counts from its first request to its last, and which one is the last shows after a silence: so all counts are
 * as of a silence ago, and exact for that moment, however often viewers come and go.
 *
 * Nothing of a session outlasts it: `take` gives sums of each broadcast.
 */
export class ViewerSessions {
  readonly #silenceMs: number;
  readonly #mostSessions: number;
  readonly #mostOfClient: number;
  readonly #streams = new Map<string, StreamViewers>();
  readonly #ofClient = new Uint16Array(65_536);
  #sessions = 0;
  #uncounted = 0;
  #beganMs: number | undefined;

  constructor({
    silenceMs = 10_000,
    mostSessions = 50_000,
    mostOfClient = 2_000,
  }: ViewerSessionsOptions = {}) {
    this.#silenceMs = silenceMs;
    this.#mostSessions = mostSessions;
    this.#mostOfClient = mostOfClient;
  }

  /** Sessions at once. */
  get size(): number {
    return this.#sessions;
  }

  /** Requests of sessions beyond the limits. */
  get uncounted(): number {
    return this.#uncounted;
  }

  see({ content: { streamPath, broadcastId }, session: name, atMs, cmcd, client = -1 }: Sighting): void {
    this.#beganMs ??= atMs;
    const known = this.#streams.get(streamPath)?.sessions.get(name);
    const session = known ?? this.#begin(streamPath, name, atMs, client);
    if (session === undefined) return;
    if (cmcd && (session.readMs === undefined || atMs - session.readMs >= readEveryMs || isNews(cmcd))) {
      const report = readReport(cmcd);
      if (report) session.heard(report, atMs);
    }
    if (known) session.saw(atMs);
    if (broadcastId !== undefined && broadcastId !== session.broadcastId)
      session.broadcastId = this.#known(streamPath, broadcastId);
  }

  /** Counts up to a silence before `nowMs`, and forgets who has left. Call it every few seconds. */
  advance(nowMs: number): void {
    const asOfMs = nowMs - this.#silenceMs;
    for (const [path, { sessions, tallies, newest }] of this.#streams) {
      for (const tally of tallies.values()) tally.viewers = 0;
      for (const [name, session] of sessions) {
        const tally = tallies.get(session.broadcastId || newest);
        const gapMs = session.gapMs(this.#silenceMs / 2);
        if (tally) session.count(tally, asOfMs, gapMs);
        if (session.lastMs + gapMs < asOfMs) {
          sessions.delete(name);
          this.#sessions--;
          if (session.client >= 0) this.#ofClient[session.client]!--;
        } else if (tally && gapMs > 0 && session.firstMs - gapMs <= asOfMs) tally.viewers++;
      }
      for (const tally of tallies.values()) tally.settle();
      if (sessions.size === 0 && tallies.size === 0) this.#streams.delete(path);
    }
  }

  /**
   * What was counted since the last take, of each broadcast with viewers, and of those that have just lost their last. None before a
   * silence has passed: nobody can be known to watch yet.
   */
  take(nowMs: number): AudienceTake[] {
    this.advance(nowMs);
    if (this.#beganMs === undefined || nowMs - this.#beganMs < this.#silenceMs) return [];
    const takes: AudienceTake[] = [];
    for (const [path, { sessions, tallies }] of this.#streams) {
      for (const [broadcastId, tally] of tallies) {
        const take = tally.take(path, broadcastId);
        if (take) takes.push(take);
        else if (sessions.size === 0) tallies.delete(broadcastId);
      }
    }
    return takes;
  }

  #begin(path: string, name: string, atMs: number, client: number): ViewerSession | undefined {
    const isFull =
      this.#sessions >= this.#mostSessions || (client >= 0 && this.#ofClient[client]! >= this.#mostOfClient);
    if (isFull) {
      this.#uncounted++;
      return undefined;
    }
    let stream = this.#streams.get(path);
    if (stream === undefined) {
      // Until a path names a broadcast, viewers are counted under none.
      stream = { sessions: new Map(), tallies: new Map([['', new Tally()]]), newest: '' };
      this.#streams.set(copied(path), stream);
    }
    const session = new ViewerSession(atMs, client);
    stream.sessions.set(copied(name), session);
    this.#sessions++;
    if (client >= 0) this.#ofClient[client]!++;
    return session;
  }

  /** Notes the broadcast, and returns its id as kept. */
  #known(path: string, broadcastId: string): string {
    const stream = this.#streams.get(path)!;
    const { tallies } = stream;
    if (tallies.has(broadcastId)) return broadcastId;
    const id = copied(broadcastId);
    tallies.set(id, new Tally());
    if (id > stream.newest) stream.newest = id;
    if (tallies.size > mostBroadcasts) tallies.delete([...tallies.keys()].sort()[0]!);
    return id;
  }
}

/** A part of a request would keep all of it in memory. */
const copied = (text: string): string => Buffer.from(text, 'latin1').toString('latin1');
