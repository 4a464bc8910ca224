import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelOutlook } from '../control-store/managed-channel.ts';
import type { BroadcastRecord, EndReason, LeaseRecord } from '../control-store/records.ts';
import { fitLadder } from '../packaging/ladder-fit.ts';
import { refusalStatus } from '../protocol/refusals.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import type { ActiveBroadcast } from './active-broadcast.ts';
import type { BroadcastContext } from './broadcast-context.ts';
import { requestedEndReason } from './lease/end-request.ts';
import { Handoff } from './lease/handoff.ts';
import type { LeaseKeeper } from './lease/lease-keeper.ts';
import { releaseLease } from './lease/release-lease.ts';
import { ChannelLink } from './managed/channel-link.ts';
import { ManagedReport } from './managed/managed-report.ts';
import { drainLimits } from './policy/drain-limits.ts';
import type { InputFormat } from './policy/input-format.ts';
import { Intake } from './publisher/intake.ts';
import { isWindowOver } from './publisher/policy/reconnect-window.ts';
import type { PublishSession } from './publisher/publish-session.ts';
import { PublisherSeat } from './publisher/publisher-seat.ts';

const tickMs = 100;
/** The broadcaster is told how the channel stands no more often than this. */
const tellEveryMs = 5000;
/** Without a word from whoever drives channels the fleet takes the broadcast. */
const driverSilentMs = 240_000;
const unwantWithinMs = 3000;

/**
 * A broadcast that a managed channel encodes. This worker holds its lease and its seat, tells its journal and says when the
 * channel is wanted; the media goes from the proxy to the channel, and here only shows what comes in and that it comes. Where
 * the channel fails, the broadcast ends and the publisher, who stays connected, begins another one on the fleet.
 */
export class ManagedBroadcast implements ActiveBroadcast {
  readonly streamId: StreamId;
  readonly id: BroadcastId;
  readonly ended: Promise<void>;
  readonly #setting: BroadcastContext;
  readonly #keeper: LeaseKeeper;
  readonly #report: ManagedReport;
  readonly #seat: PublisherSeat;
  readonly #intake: Intake;
  readonly #channel: ChannelLink;
  readonly #reconnectWindowMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #departure = new Handoff();
  #resolveEnded!: () => void;
  #format?: InputFormat;
  #outlook?: ChannelOutlook;
  #toldMs = Number.NEGATIVE_INFINITY;
  #toldWords = '';
  /** Of the session in the seat: how far its media has come, and how far its proxy was told so. */
  #heardMs = 0;
  #confirmedMs = 0;
  #ending = false;

  /** With `last`, it goes on where another worker left it. */
  constructor(
    setting: BroadcastContext,
    keeper: LeaseKeeper,
    reconnectWindowMs: number,
    last?: BroadcastRecord,
  ) {
    const { clock, store, emit } = setting;
    const { lease } = keeper;
    this.#setting = setting;
    this.#keeper = keeper;
    this.streamId = lease.streamId;
    this.id = lease.broadcastId;
    this.#reconnectWindowMs = reconnectWindowMs;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const mayWrite = (): Promise<boolean> => keeper.mayWrite();
    this.#report = new ManagedReport(lease, { store, clock, emit, mayWrite }, () => this.#bitrateBps, last);
    this.#seat = this.#makeSeat(lease);
    this.#intake = this.#makeIntake();
    this.#channel = new ChannelLink({
      store,
      clock,
      lease,
      outlook: (outlook) => this.#look(outlook),
      failed: (cause) => this.#report.driveFailed(cause),
    });
    this.#timer = setInterval(() => this.#tick(), tickMs);
    keeper.listen({
      lost: () => this.#leaseLost(),
      endRequested: () => void requestedEndReason(store, lease.streamId).then((reason) => this.end(reason)),
    });
  }

  get ending(): boolean {
    return this.#ending;
  }

  attach(session: PublishSession): Promise<boolean> {
    return this.#seat.attach(session);
  }

  async drain(): Promise<void> {
    const { session, awayMs } = this.#seat;
    if (!this.#ending && awayMs === undefined && session) {
      session.send({ type: 'draining' });
      await this.#departure.wait(drainLimits.publishersMs);
    }
    await this.handOver();
  }

  /** The channel went on meanwhile, and viewers with it. */
  controlRecovered(downMs: number): void {
    if (!this.#ending) this.#report.controlRecovered(downMs);
  }

  end(reason: EndReason): void {
    if (this.#ending) return;
    if (reason === 'taken-down')
      this.#seat.session?.send({ type: 'status', ...refusalStatus({ reason: 'taken-down' }) });
    this.#stop();
    this.#seat.close(reason);
    void this.#finish(reason);
  }

  async handOver(): Promise<void> {
    if (this.#ending) return this.ended;
    this.#seat.vacate();
    this.#stop();
    this.#seat.close('draining');
    this.#channel.close();
    this.#report.leftOpen();
    await this.#releaseLease();
  }

  get #bitrateBps(): number {
    return this.#intake.meter.read(this.#setting.clock.nowMs()).bitrateBps;
  }

  #makeSeat(lease: LeaseRecord): PublisherSeat {
    const { clock } = this.#setting;
    return new PublisherSeat(clock, lease, {
      taken: (session) => {
        this.#intake.beginSession();
        this.#heardMs = 0;
        this.#confirmedMs = 0;
        this.#toldMs = Number.NEGATIVE_INFINITY;
        this.#report.publisher.taken(session, !this.#report.started);
      },
      media: (type, timestampMs, payload, sessionMs) => {
        this.#heardMs = Math.max(this.#heardMs, sessionMs);
        this.#intake.push({ type, timestampMs, payload, nowMs: clock.nowMs(), sessionMs });
      },
      metadata: ({ frameRate, encoder }) => {
        if (frameRate !== undefined) this.#intake.claimFrameRate(frameRate);
        if (encoder !== undefined) this.#report.publisher.encoderNamed(encoder);
      },
      batchEnded: () => {},
      unpublished: () => this.end('publisher-ended'),
      lost: (detail) => {
        if (this.#departure.over()) return;
        if (this.#reconnectWindowMs === 0) this.end('reconnect-window-over');
        else this.#report.publisher.lost(this.#reconnectWindowMs, detail);
      },
      back: (awayMs) => {
        if (!this.#report.started) this.#report.publisher.backAtStart();
        else this.#report.publisher.back({ awayMs, shown: 'nothing' });
      },
    });
  }

  /** Only finds out what comes in. */
  #makeIntake(): Intake {
    return new Intake(
      {
        format: (format) => {
          this.#format = format;
          this.#report.publisher.formatFound(format);
          const { width, height, frameRate } = format.video;
          if (this.#outlook === undefined && !this.#report.started) this.#report.starting();
          this.#channel.want({ width, height, frameRate });
        },
        tag: () => {},
        slateWanted: () => {},
        unusable: (refusal) => {
          this.#report.publisher.inputUnusable(refusal, this.#seat.session);
          const status = refusalStatus(refusal);
          this.#seat.session?.send({ type: 'status', ...status });
          if (!this.#report.started) this.end('publisher-ended');
          else this.#seat.dismiss(status.description);
        },
      },
      0,
    );
  }

  #tick(): void {
    const { clock } = this.#setting;
    this.#seat.tick();
    const { awayMs } = this.#seat;
    const { started } = this.#report;
    if (isWindowOver({ awayMs, windowMs: this.#reconnectWindowMs, started }))
      this.end('reconnect-window-over');
    if (this.#ending) return;
    if (awayMs === undefined) {
      this.#intake.tick(clock.nowMs(), true);
      this.#report.publisher.refreshInput();
      this.#confirm();
    }
    this.#channel.tick();
    const isSilent = !this.#outlook || this.#outlook.kind === 'wait';
    if (isSilent && this.#report.ageMs > driverSilentMs) this.#fallBack();
  }

  /** What this worker has of a publisher is of no use to another one: the channel has it. */
  #confirm(): void {
    const throughMs = Math.floor(this.#heardMs);
    if (throughMs - this.#confirmedMs < 1000) return;
    this.#confirmedMs = throughMs;
    this.#seat.session?.send({ type: 'published-through', timestampMs: throughMs });
  }

  #look(outlook: ChannelOutlook): void {
    if (this.#ending) return;
    this.#outlook = outlook;
    if (outlook.kind === 'push' && outlook.live) {
      this.#live();
      return;
    }
    const isOver = outlook.kind === 'fallback' || outlook.kind === 'over';
    this.#tellPublisher(outlook.words, isOver ? 0 : tellEveryMs);
    if (outlook.kind === 'fallback') this.#fallBack();
    else if (outlook.kind === 'over') this.end('encoder-failed');
  }

  #live(): void {
    if (this.#report.started || this.#seat.awayMs !== undefined || !this.#format) return;
    this.#report.live(fitLadder(this.#format.video, this.#setting.ladder));
  }

  #tellPublisher(words: string, everyMs: number): void {
    const nowMs = this.#setting.clock.nowMs();
    if (words === this.#toldWords || nowMs - this.#toldMs < everyMs) return;
    this.#toldMs = nowMs;
    this.#toldWords = words;
    const status = { level: 'status', code: 'NetStream.Publish.Notify', description: words } as const;
    this.#seat.session?.send({ type: 'status', ...status });
  }

  /** The publisher stays connected: its proxy brings it back, and then the fleet encodes it. */
  #fallBack(): void {
    if (this.#ending) return;
    this.#stop();
    this.#seat.vacate();
    this.#seat.close('encoder-failed');
    void this.#finish('encoder-failed');
  }

  #stop(): void {
    this.#ending = true;
    clearInterval(this.#timer);
    this.#departure.over();
  }

  async #finish(reason: EndReason): Promise<void> {
    const unwanted = this.#channel.unwant().catch((cause: unknown) => this.#report.driveFailed(cause));
    this.#report.ended(reason);
    await Promise.race([unwanted, pause(unwantWithinMs, undefined, { ref: false })]);
    await this.#releaseLease();
  }

  async #releaseLease(): Promise<void> {
    await releaseLease(this.#keeper, this.#report);
    this.#resolveEnded();
  }

  #leaseLost(): void {
    this.#report.leaseLost(this.#keeper.lease.epoch);
    this.#channel.close();
    this.#keeper.stop();
    this.#stop();
    this.#seat.close('lease-lost');
    this.#resolveEnded();
  }
}
