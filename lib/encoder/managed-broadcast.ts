import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelOutlook } from '../control-store/managed/managed-channel.ts';
import type { BroadcastRecord, EndReason, LeaseRecord } from '../control-store/records.ts';
import { fitLadder } from '../packaging/ladder-fit.ts';
import { type JournaledRefusalReason, type Refusal, refusalStatus } from '../protocol/refusals.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import type { ActiveBroadcast } from './active-broadcast.ts';
import type { BroadcastContext } from './broadcast-context.ts';
import { requestedEndReason } from './lease/end-request.ts';
import { Handoff } from './lease/handoff.ts';
import type { LeaseKeeper } from './lease/lease-keeper.ts';
import { releaseLease } from './lease/release-lease.ts';
import { ChannelLink } from './managed/channel-link.ts';
import { ManagedReport } from './managed/managed-report.ts';
import type { InputFormat } from './policy/input-format.ts';
import { Intake } from './publisher/intake.ts';
import { isWindowOver } from './publisher/policy/reconnect-window.ts';
import { type PublishSession, unreadable } from './publisher/publish-session.ts';
import { PublisherSeat } from './publisher/publisher-seat.ts';

const tickMs = 100;
/** Minimum interval between updates to the broadcaster on the channel's state. */
const notifyEveryMs = 5000;
/** The fleet takes the broadcast over if the channel driver has been silent this long. */
const driverSilentMs = 240_000;
const releaseWithinMs = 3000;

/**
 * A broadcast that a managed channel encodes. This worker holds its lease and its publisher seat, writes its journal and
 * requests the channel; the media flows from the proxy to the channel, and is only inspected here. If the channel fails, the
 * broadcast ends and the publisher, which stays connected, begins another one on the fleet.
 */
export class ManagedBroadcast implements ActiveBroadcast {
  readonly streamId: StreamId;
  readonly id: BroadcastId;
  readonly epoch: number;
  /** The channel encodes it, wherever its lease is. */
  readonly isCatchingUp = false;
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
  #notifiedAtMs = Number.NEGATIVE_INFINITY;
  #lastNotice = '';
  /** Session time of the current session: received so far, and confirmed to its proxy. */
  #receivedMs = 0;
  #confirmedMs = 0;
  #ending = false;

  /** With `last`, continues where another worker left it. */
  constructor(
    setting: BroadcastContext,
    keeper: LeaseKeeper,
    reconnectWindowMs: number,
    last?: BroadcastRecord,
  ) {
    const { clock, store, emit, refusals } = setting;
    const { lease } = keeper;
    this.#setting = setting;
    this.#keeper = keeper;
    this.streamId = lease.streamId;
    this.id = lease.broadcastId;
    this.epoch = lease.epoch;
    this.#reconnectWindowMs = reconnectWindowMs;
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    const mayWrite = (): Promise<boolean> => keeper.mayWrite();
    this.#report = new ManagedReport(
      lease,
      { store, clock, emit, refusals, mayWrite },
      () => this.#bitrateBps,
      last,
    );
    this.#seat = this.#makeSeat(lease);
    this.#intake = this.#makeIntake();
    this.#channel = new ChannelLink({
      store,
      clock,
      lease,
      outlook: (outlook) => this.#handleOutlook(outlook),
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

  async drain(withinMs: number): Promise<boolean> {
    const { session, awayMs } = this.#seat;
    if (!this.#ending && awayMs === undefined && session) {
      session.send({ type: 'draining' });
      await this.#departure.wait(withinMs);
    }
    await this.handOver();
    return false;
  }

  /** The channel kept running meanwhile, and so did playback. */
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
        this.#receivedMs = 0;
        this.#confirmedMs = 0;
        this.#notifiedAtMs = Number.NEGATIVE_INFINITY;
        this.#report.publisher.taken(session, !this.#report.started);
      },
      media: (type, timestampMs, payload, sessionMs) => {
        this.#receivedMs = Math.max(this.#receivedMs, sessionMs);
        this.#intake.push({ type, timestampMs, payload, nowMs: clock.nowMs(), sessionMs });
      },
      tracksIgnored: (type) => this.#report.publisher.tracksIgnored(type),
      skipped: (cause) => this.#report.publisher.messageSkipped(cause),
      unusable: (cause) => this.#refuse(unreadable(cause)),
      metadata: ({ frameRate, encoder, announced }) => {
        if (frameRate !== undefined) this.#intake.claimFrameRate(frameRate);
        this.#intake.announce(announced);
        if (encoder !== undefined) this.#report.publisher.encoderNamed(encoder);
      },
      batchEnded: () => {},
      unpublished: () => this.end('publisher-ended'),
      lost: (detail) => {
        if (this.#departure.end()) return;
        if (this.#reconnectWindowMs === 0) this.end('reconnect-window-over');
        else this.#report.publisher.lost(this.#reconnectWindowMs, detail);
      },
      returned: (awayMs) => {
        if (!this.#report.started) this.#report.publisher.returnedAtStart();
        else this.#report.publisher.returned({ awayMs, shown: 'nothing' });
      },
    });
  }

  /** Only used to inspect the input. */
  #makeIntake(): Intake {
    return new Intake(
      {
        format: (format) => {
          this.#format = format;
          this.#report.publisher.formatFound(format);
          if (!format.picture) {
            this.#report.unsuited("the broadcaster sends sound alone, which a channel can't encode");
            this.#fallBack();
            return;
          }
          const { width, height, frameRate } = format.picture.input;
          if (this.#outlook === undefined && !this.#report.started) this.#report.starting();
          this.#channel.request({ width, height, frameRate });
        },
        tag: () => {},
        slateWanted: () => {},
        unusable: (refusal) => this.#refuse(refusal),
      },
      0,
      this.#report.started ? 'pictures' : 'nothing',
    );
  }

  #refuse(refusal: Refusal<JournaledRefusalReason>): void {
    this.#report.publisher.inputUnusable(refusal, this.#seat.session);
    const status = refusalStatus(refusal);
    this.#seat.session?.send({ type: 'status', ...status });
    if (!this.#report.started) this.end('input-unusable');
    else this.#seat.dismiss(status.description);
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
    this.#report.health.tick(awayMs === undefined, () => ({
      ...this.#report.publisher.sent,
      take: () => this.#intake.steps.take(clock.nowMs()),
      turnedOff: [],
    }));
    this.#channel.tick();
    const isSilent = !this.#outlook || this.#outlook.kind === 'wait';
    if (isSilent && this.#report.ageMs > driverSilentMs) this.#fallBack();
  }

  /** No other worker needs the media held here: the channel already has it. */
  #confirm(): void {
    const throughMs = Math.floor(this.#receivedMs);
    if (throughMs - this.#confirmedMs < 1000) return;
    this.#confirmedMs = throughMs;
    this.#seat.session?.send({ type: 'published-through', timestampMs: throughMs });
  }

  #handleOutlook(outlook: ChannelOutlook): void {
    if (this.#ending) return;
    this.#outlook = outlook;
    if (outlook.kind === 'push' && outlook.live) {
      this.#live();
      return;
    }
    const isOver = outlook.kind === 'fallback' || outlook.kind === 'over';
    this.#notifyPublisher(outlook.words, isOver ? 0 : notifyEveryMs);
    if (outlook.kind === 'fallback') this.#fallBack();
    else if (outlook.kind === 'over') this.end('encoder-failed');
  }

  #live(): void {
    if (this.#report.started || this.#seat.awayMs !== undefined || !this.#format?.picture) return;
    this.#report.live(fitLadder(this.#format.picture.input, this.#setting.ladder));
  }

  #notifyPublisher(words: string, everyMs: number): void {
    const nowMs = this.#setting.clock.nowMs();
    if (words === this.#lastNotice || nowMs - this.#notifiedAtMs < everyMs) return;
    this.#notifiedAtMs = nowMs;
    this.#lastNotice = words;
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
    this.#departure.end();
  }

  async #finish(reason: EndReason): Promise<void> {
    const released = this.#channel.release().catch((cause: unknown) => this.#report.driveFailed(cause));
    this.#report.ended(reason);
    await Promise.race([released, pause(releaseWithinMs, undefined, { ref: false })]);
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
