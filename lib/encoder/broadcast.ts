import type { BroadcastState, EndReason, LatencyMode, StreamRecord } from '../control-store/records.ts';
import { defaultPartMs } from '../packaging/segment-grid.ts';
import { refusalStatus } from '../protocol/refusals.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import type { ActiveBroadcast } from './active-broadcast.ts';
import type { BroadcastContext } from './broadcast-context.ts';
import { Encoding } from './encoding/encoding.ts';
import { requestedEndReason } from './lease/end-request.ts';
import { Handoff } from './lease/handoff.ts';
import type { LeaseKeeper } from './lease/lease-keeper.ts';
import { releaseLease } from './lease/release-lease.ts';
import { LiveBroadcast } from './live/live-broadcast.ts';
import { BroadcastOutput } from './publication/broadcast-output.ts';
import type { RestoredPublication } from './publication/policy/recovery/restore.ts';
import type { UnfinishedBroadcast } from './publication/recover-publication.ts';
import type { PublishSession } from './publisher/publish-session.ts';
import { Reception } from './publisher/reception.ts';
import { BroadcastReport } from './report/broadcast-report.ts';

const tickMs = 100;

/**
 * One broadcast, from the first publish to the end. Media flows through the reception to the encoding, and its segments
 * through the output to the origin; the report records what happens. This class connects the parts and ends the broadcast.
 */
export class Broadcast implements ActiveBroadcast {
  readonly streamId: StreamId;
  readonly id: BroadcastId;
  readonly epoch: number;
  readonly live: LiveBroadcast | undefined;
  /** Resolves when nothing of it remains, including the lease. */
  readonly ended: Promise<void>;
  readonly #setting: BroadcastContext;
  readonly #keeper: LeaseKeeper;
  readonly #report: BroadcastReport;
  readonly #reception: Reception;
  readonly #encoding: Encoding;
  readonly #output: BroadcastOutput;
  readonly #reconnectWindowMs: number;
  #timer?: NodeJS.Timeout;
  readonly #departure = new Handoff();
  #resolveEnded!: () => void;
  #ending = false;

  /** With `unfinished`, continues where that ended. */
  constructor(
    setting: BroadcastContext,
    keeper: LeaseKeeper,
    { reconnectWindowMs, latency: wanted = 'low' }: Pick<StreamRecord, 'reconnectWindowMs' | 'latency'>,
    unfinished?: UnfinishedBroadcast,
  ) {
    const { clock, store, emit, refusals, liveOrigin = true, partMs = defaultPartMs } = setting;
    const { lease } = keeper;
    // The object store has no parts.
    const latency = liveOrigin ? wanted : 'standard';
    this.#setting = setting;
    this.#keeper = keeper;
    this.streamId = lease.streamId;
    this.id = lease.broadcastId;
    this.epoch = lease.epoch;
    this.#reconnectWindowMs = reconnectWindowMs;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const bitrateBps = (): number => this.#reception.bitrateBps;
    const mayWrite = (): Promise<boolean> => keeper.mayWrite();
    this.#report = new BroadcastReport(
      lease,
      { store, clock, emit, refusals, mayWrite, bitrateBps },
      unfinished?.record,
    );
    this.#encoding = this.#makeEncoding(unfinished?.published);
    this.#output = this.#makeOutput(latency, unfinished?.published);
    this.live = liveOrigin
      ? new LiveBroadcast({
          view: this.#output.live,
          pictures: this.#output.pictures,
          clock,
          partMs,
          faulted: (cause) => this.#log(cause),
        })
      : undefined;
    this.#reception = this.#makeReception(latency === 'low' ? partMs : undefined, unfinished);
    this.#timer = setInterval(() => this.#tick(), tickMs);
    keeper.listen({
      lost: () => this.#leaseLost(),
      // The request has already been logged where it was made.
      renewed: (version) => this.#reception.leaseRenewed(version),
      endRequested: () => void requestedEndReason(store, lease.streamId).then((reason) => this.end(reason)),
    });
  }

  get state(): BroadcastState {
    return this.#report.state;
  }

  get ending(): boolean {
    return this.#ending;
  }

  get isCatchingUp(): boolean {
    return this.#reception.isPresent && !this.#report.hasCaughtUp;
  }

  /** Resolves to true if the session may publish, false if another publisher is alive. */
  attach(session: PublishSession): Promise<boolean> {
    return this.#reception.attach(session);
  }

  async drain(withinMs: number): Promise<boolean> {
    const isTold = !this.#ending && this.#reception.isPresent && this.#reception.send({ type: 'draining' });
    const hasLeft = isTold && (await this.#departure.wait(withinMs));
    await this.handOver();
    return hasLeft;
  }

  /** The control store is usable again after `downMs`. */
  controlRecovered(downMs: number): void {
    if (!this.#ending) this.#report.controlRecovered(downMs);
  }

  /** Ends the broadcast: publishes everything received, then closes the recording. Only the first call counts. */
  end(reason: EndReason): void {
    if (this.#ending) return;
    this.#ending = true;
    // Nobody may see what is still being written.
    if (reason === 'taken-down') this.#attempt(() => this.live?.close(503));
    this.#attempt(() => {
      if (reason === 'taken-down' || reason === 'encoder-failed')
        this.#reception.send({ type: 'status', ...refusalStatus({ reason }) });
    });
    this.#attempt(() => this.#reception.complete());
    this.#stop(reason);
    void this.#finish(reason);
  }

  /** Leaves it open for another worker to continue: publishes whole segments and releases the lease. */
  async handOver(): Promise<void> {
    if (this.#ending) return this.ended;
    this.#attempt(() => this.#reception.vacate());
    this.#stop('draining');
    await this.#endEncoding({ wholeSegmentsOnly: true });
    await this.#attemptAll(async () => this.#report.leftOpen(await this.#output.leaveOpen()));
    await this.#releaseLease();
  }

  #makeReception(partMs: number | undefined, unfinished: UnfinishedBroadcast | undefined): Reception {
    const { clock, startEncoder } = this.#setting;
    const broadcast = this;
    return new Reception({
      clock,
      startEncoder,
      lease: this.#keeper.lease,
      reconnectWindowMs: this.#reconnectWindowMs,
      unfinished,
      partMs,
      report: this.#report,
      owner: {
        get startedAtMs() {
          return broadcast.#output.startedAtMs;
        },
        get started() {
          return broadcast.#output.started;
        },
        get backlogBytes() {
          return broadcast.#encoding.backlogBytes;
        },
        beginAt: (number) => this.#encoding.beginAt(number),
        keyFramesAt: (streamMs) => this.#encoding.keyFramesAt(streamMs),
        format: (format) => this.#encoding.format(format),
        tag: (tag) => this.#encoding.feed(tag),
        batchEnded: () => this.#encoding.flush(),
        lost: (detail) => this.#publisherLost(detail),
        ended: (reason) => this.end(reason),
        faulted: (cause) => this.#faulted(cause),
      },
    });
  }

  #publisherLost(detail: string): void {
    if (this.#departure.end()) return;
    if (this.#reconnectWindowMs === 0) this.end('reconnect-window-over');
    else this.#report.publisher.lost(this.#reconnectWindowMs, detail);
  }

  #makeEncoding(restored: RestoredPublication | undefined): Encoding {
    const made = restored?.renditions.map(({ id }) => id) ?? [];
    return new Encoding(
      {
        ...this.#setting,
        streamId: this.streamId,
        made,
        startedAtMs: () => this.#output.startedAtMs,
      },
      {
        part: (track, part, headers) => {
          this.#reception.partReady(track, part);
          this.#output.part(track, part, headers, this.#reception.nowMs);
          this.live?.part(track, part);
        },
        group: (group, headers) => {
          this.#output.add(group, headers, this.#reception.nowMs);
          this.live?.group(group);
        },
        picture: (kind, streamMs, jpeg) => this.#output.picture(kind, streamMs, jpeg),
        captions: (channel) => this.#output.captions(channel),
        started: (run) => {
          this.#report.encoding.started(run);
          this.live?.remade(run.id, run.fromNumber);
        },
        shed: (rendition, lagMs, left) => this.#report.encoding.shed(rendition, lagMs, left),
        restored: (rendition, all) => this.#report.encoding.restored(rendition, all),
        sizeRefused: (rendition, all) => this.#report.encoding.sizeRefused(rendition, all),
        stuck: (withinMs) => this.#report.encoding.stuck(withinMs),
        crashed: (run, exit) => {
          this.#report.encoding.crashed(run, exit);
          this.live?.crashed(run.id);
        },
        failed: () => this.end('encoder-failed'),
        faulted: (cause) => this.#faulted(cause),
      },
    );
  }

  #makeOutput(latency: LatencyMode, restored: RestoredPublication | undefined): BroadcastOutput {
    const about = { streamId: this.streamId, broadcastId: this.id, epoch: this.epoch, latency };
    return new BroadcastOutput(
      { ...this.#setting, ...about },
      {
        mayWrite: () => this.#keeper.mayWrite(),
        stored: (number, foreign) => this.live?.stored(number, foreign),
        dropped: () => this.live?.changed(),
        changed: () => this.live?.changed(),
        published: (number, segments) => this.#published(number, segments),
        trouble: (trouble) => this.#report.origin.trouble(trouble),
        recovered: (recovery) => this.#report.origin.recovered(recovery),
        superseded: () => this.#keeper.superseded(),
        picturesFaulted: (cause) => this.#log(cause),
        faulted: (cause) => this.#faulted(cause),
      },
      restored,
    );
  }

  #published(number: number, segments: number): void {
    const { isPresent, leadMs, replayedMs } = this.#reception;
    this.#reception.published(number);
    const lateMs = this.#output.lateMs(number);
    this.#report.published(this.#output.renditions, isPresent, {
      number,
      segments,
      lateMs,
      leadMs,
      replayedMs,
    });
  }

  /** What the publisher sent may be at fault here, too: an error that left this timer would take all broadcasts along. */
  #tick(): void {
    try {
      this.#tickAll();
    } catch (cause) {
      this.#faulted(cause);
    }
    this.#attempt(() => this.live?.tick());
  }

  /**
   * Something threw that has no message to skip. Its publisher may be the cause, so it counts as a message that can't be handled:
   * after a few of them the publisher is told and the session ends. Never throws.
   */
  #faulted(cause: unknown): void {
    try {
      if (!this.#ending && this.#reception.faulted(cause)) return;
    } catch (another) {
      this.#log(another);
    }
    this.#log(cause);
    this.end('encoder-failed');
  }

  /** Does what can still be done when something before it failed. */
  #attempt(step: () => void): void {
    try {
      step();
    } catch (cause) {
      this.#log(cause);
    }
  }

  async #attemptAll(steps: () => Promise<void>): Promise<void> {
    try {
      await steps();
    } catch (cause) {
      this.#log(cause);
    }
  }

  /** Not through the report, which may be what failed. */
  #log(cause: unknown): void {
    this.#setting.emit('encoder.broadcast.faulty', { stream: this.streamId, broadcast: this.id, cause });
  }

  #tickAll(): void {
    this.#output.tick();
    if (this.#ending) return;
    this.#reception.tick();
    if (this.#ending) return;
    this.#reception.fill();
    this.#encoding.tick();
    this.#encoding.flush();
    this.#reception.throttle();
    const { isPresent } = this.#reception;
    if (this.#output.started && isPresent) this.#report.publisher.refreshInput();
    this.#report.health.tick(isPresent, () => ({
      ...this.#report.publisher.sent,
      take: () => this.#reception.takeStep(),
      encoder: this.#encoding.pace,
      turnedOff: this.#encoding.turnedOff,
    }));
  }

  /** Stops input for good. */
  #stop(reason: string): void {
    this.#ending = true;
    this.#attempt(() => this.#departure.end());
    this.#attempt(() => this.#reception.stop(reason));
  }

  async #finish(reason: EndReason): Promise<void> {
    await this.#endEncoding();
    await this.#attemptAll(async () => {
      const recording = await this.#output.close();
      this.live?.end();
      this.#report.ended(reason, this.#output.renditions, recording);
    });
    await this.#releaseLease();
  }

  async #endEncoding(how?: Parameters<Encoding['end']>[0]): Promise<void> {
    try {
      await this.#encoding.end(how);
    } catch (cause) {
      this.#log(cause);
      this.#attempt(() => this.#encoding.kill());
    }
  }

  async #releaseLease(): Promise<void> {
    await this.#attemptAll(() => releaseLease(this.#keeper, this.#report));
    // If it isn't released, it expires.
    this.#keeper.stop();
    this.#leave();
  }

  /** Whoever still waits here is to look for the next worker, or finds the recording. */
  #leave(): void {
    this.#attempt(() => this.live?.close(421));
    clearInterval(this.#timer);
    this.#resolveEnded();
  }

  /** Another worker writes now: this one must not write anything else. */
  #leaseLost(): void {
    this.#attempt(() => this.#report.leaseLost(this.#keeper.lease.epoch));
    this.#attempt(() => this.#output.stop());
    this.#attempt(() => this.#encoding.kill());
    this.#keeper.stop();
    this.#stop('lease-lost');
    this.#leave();
  }
}
