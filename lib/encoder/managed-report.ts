import { usualStartMs } from '../control/policy/channel-machine.ts';
import type { BroadcastRecord, EndReason, LeaseRecord } from '../control/policy/records.ts';
import { listRenditions } from '../control/policy/stream-events.ts';
import type { LastWords } from './let-go.ts';
import type { Ladder } from './policy/ladder.ts';
import { PublisherReport } from './publisher-report.ts';
import { Teller, type TellerOptions } from './teller.ts';

/** What a broadcast on a managed channel says of itself: in its record, in the stream's story, in the log. */
export class ManagedReport implements LastWords {
  readonly publisher: PublisherReport;
  readonly #teller: Teller;
  readonly #createdAtMs: number;
  #liveAtMs?: number;

  /** `last`: the record that another worker left. `bitrateBps`: what comes in by now. */
  constructor(
    lease: LeaseRecord,
    options: TellerOptions,
    bitrateBps: () => number,
    last: BroadcastRecord | undefined,
  ) {
    const { clock } = options;
    const record = firstRecord(lease, clock.wall(), last);
    this.#teller = new Teller(record, options);
    this.#createdAtMs = clock.now();
    this.publisher = new PublisherReport(this.#teller, bitrateBps, record.workerId);
    if (last && last.renditions.length > 0) this.#liveAtMs = this.#createdAtMs;
  }

  /** Viewers can play it, or could before its publisher left. */
  get started(): boolean {
    return this.#liveAtMs !== undefined;
  }

  /** How long this worker has had it. */
  get ageMs(): number {
    return this.#teller.clock.now() - this.#createdAtMs;
  }

  /** A channel is asked for. */
  starting(): void {
    this.#teller.story.tell('managed.channel.starting', { aboutMs: usualStartMs });
  }

  /** Players are sent to the channel, which makes this ladder. Once. */
  live({ video, audio }: Ladder): void {
    if (this.started) return;
    const { about, clock, emit, story } = this.#teller;
    this.#liveAtMs = clock.now();
    const renditions = [
      ...video.map(({ id, width, height, frameRate, bitrateBps: bandwidthBps }) => {
        return { id, codecs: 'avc1', bandwidthBps, width, height, frameRate };
      }),
      { id: audio.id, codecs: 'mp4a.40.2', bandwidthBps: audio.bitrateBps },
    ];
    story.update({ ...this.publisher.input, renditions });
    this.#teller.move('confirmed');
    const startupMs = Math.round(this.ageMs);
    emit('encoder.broadcast.live', { ...about, startupMs });
    const { input } = this.publisher.input;
    if (!input) return;
    const { width, height, frameRate, bitrateBps } = input;
    const facts = { workerId: 'MediaLive', startupMs, width, height, frameRate, bitrateBps };
    story.tell('stream.live', { ...facts, renditions: listRenditions(renditions.map(({ id }) => id)) });
  }

  controlRecovered(downMs: number): void {
    this.#teller.story.tell('control.recovered', { downMs });
  }

  /** Left open for another worker to go on with. */
  leftOpen(): void {
    this.#teller.move('publisher-lost');
  }

  ended(reason: EndReason): void {
    const { about, clock, emit, story } = this.#teller;
    const durationMs = this.#liveAtMs === undefined ? 0 : Math.round(clock.now() - this.#liveAtMs);
    story.update({ state: 'ended', endedAtMs: clock.wall(), endReason: reason });
    story.tell('stream.ended', { reason, durationMs });
    emit('encoder.broadcast.ended', { ...about, reason, durationMs });
  }

  /** The channel's document could not be read or written this time. */
  driveFailed(cause: unknown): void {
    this.#teller.emit('managed.drive.failed', { streamId: this.#teller.about.stream, cause });
  }

  leaseLost(epoch: number): void {
    this.#teller.emit('encoder.lease.lost', { ...this.#teller.about, epoch });
    this.#teller.story.silence();
  }

  leaseUnreleased(epoch: number, cause: unknown): void {
    this.#teller.leaseUnreleased(epoch, cause);
  }

  settled(withinMs: number): Promise<void> {
    return this.#teller.settled(withinMs);
  }
}

function firstRecord(lease: LeaseRecord, startedAtMs: number, last?: BroadcastRecord): BroadcastRecord {
  const { streamId, broadcastId: id, workerId, epoch } = lease;
  if (last)
    return { ...last, state: last.renditions.length > 0 ? 'reconnecting' : 'starting', workerId, epoch };
  const encoder = 'medialive';
  return { id, streamId, state: 'starting', startedAtMs, workerId, epoch, encoder, renditions: [] };
}
