import type { PlaybackReport } from './cmcd.ts';
import type { Tally } from './tally.ts';

/** A start-up longer than this is no start-up: the viewer had to do something first. */
const longestStartupMs = 120_000;
/** A player that waits says so within this; what is longer is a clock that jumped. */
const longestWaitMs = 10_000;
/** `bs` doesn't say how long: until the next request at most, which comes with the next segment. */
const longestUntoldMs = 4_000;

/** One viewer of one stream, while it lasts. It keeps times and sums, and nothing of who asked. */
export class ViewerSession {
  readonly firstMs: number;
  /** Empty until a path has named it. */
  broadcastId = '';
  /** Shares a budget with this client's other sessions. */
  readonly client: number;
  lastMs: number;
  /** Requests that were seen. */
  #seen = 1;
  /** When its CMCD was last read. */
  readMs: number | undefined;
  /** Up to when its time was counted. */
  #countedMs: number;
  #isCounted = false;
  #startupMs: number | undefined;
  #isStartupTold = false;
  #stalledMs = 0;
  #stalledTotalMs: number | undefined;
  #state: string | undefined;

  constructor(atMs: number, client: number) {
    this.firstMs = atMs;
    this.lastMs = atMs;
    this.#countedMs = atMs;
    this.client = client;
  }

  /** A further request. */
  saw(atMs: number): void {
    this.lastMs = Math.max(this.lastMs, atMs);
    this.#seen++;
  }

  /**
   * The usual time between two requests that are seen: on average the viewer was there so long before the first and after the last one.
   * Where only a sample is seen, this is seconds.
   */
  gapMs(mostMs: number): number {
    return this.#seen < 2 ? 0 : Math.min((this.lastMs - this.firstMs) / (this.#seen - 1), mostMs);
  }

  /** Call before `saw`. */
  heard(report: PlaybackReport, atMs: number): void {
    const { startupMs } = report;
    if (startupMs !== undefined && !this.#isStartupTold && startupMs <= longestStartupMs) {
      this.#isStartupTold = true;
      this.#startupMs = startupMs;
    }
    this.#stalledMs += this.#waited(report, atMs);
    if (report.stalledTotalMs !== undefined) this.#stalledTotalMs = report.stalledTotalMs;
    this.#state = report.state;
    this.readMs = atMs;
  }

  /** How long it waited for media since its last report, by the best that the player says; never longer than that was ago. */
  #waited({ stalledTotalMs, stalledMs, state, starved }: PlaybackReport, atMs: number): number {
    const sinceMs = atMs - (this.readMs ?? atMs);
    if (stalledTotalMs !== undefined) {
      // What it waited before we knew it is not ours to count.
      const beforeMs = this.#stalledTotalMs ?? (this.readMs === undefined ? stalledTotalMs : 0);
      return Math.min(Math.max(0, stalledTotalMs - beforeMs), sinceMs + longestWaitMs);
    }
    if (this.#stalledTotalMs !== undefined) return 0;
    if (state !== undefined) return this.#state === 'r' ? Math.min(sinceMs, longestWaitMs) : 0;
    if (stalledMs !== undefined) return Math.min(stalledMs, sinceMs + longestWaitMs);
    return starved ? Math.min(atMs - this.lastMs, longestUntoldMs) : 0;
  }

  /** Counts what is known up to `asOfMs`. A single request is no viewer. */
  count(tally: Tally, asOfMs: number, gapMs: number): void {
    const untilMs = Math.min(this.lastMs + gapMs, asOfMs);
    if (this.#seen < 2 || untilMs <= this.#countedMs) return;
    const watchedMs = untilMs - this.#countedMs + (this.#isCounted ? 0 : gapMs);
    this.#countedMs = untilMs;
    tally.watchMs += watchedMs;
    if (this.readMs !== undefined) tally.toldMs += watchedMs;
    tally.stalledMs += this.#stalledMs;
    this.#stalledMs = 0;
    if (!this.#isCounted) tally.plays++;
    this.#isCounted = true;
    if (this.#startupMs !== undefined) tally.started(this.#startupMs);
    this.#startupMs = undefined;
  }
}
