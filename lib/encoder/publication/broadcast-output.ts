import type { BroadcastId, StreamId } from '../../routing/ids.ts';
import type { BroadcastContext } from '../broadcast-context.ts';
import type { SegmentGroup } from '../encoding/policy/segment-groups.ts';
import { drainLimits } from '../policy/drain-limits.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import { Publication } from './policy/publication.ts';
import type { RecordingOutcome } from './policy/recording-outcome.ts';
import type { RestoredPublication } from './policy/restore.ts';
import { SegmentWriter, type SegmentWriterHandler } from './segment-writer.ts';

export interface BroadcastOutputOptions extends BroadcastContext {
  readonly streamId: StreamId;
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
}

/**
 * What a broadcast puts into the origin: its publication, which begins with the first segment, and the writer that uploads
 * it.
 */
export class BroadcastOutput {
  readonly #options: BroadcastOutputOptions;
  readonly #handler: SegmentWriterHandler;
  #publication?: Publication;
  #writer?: SegmentWriter;

  /** With `restored`, continues where another worker stopped. */
  constructor(
    options: BroadcastOutputOptions,
    handler: SegmentWriterHandler,
    restored: RestoredPublication | undefined,
  ) {
    this.#options = options;
    this.#handler = handler;
    if (restored) this.#begin(restored.startedAtMs, restored);
  }

  /** Unix ms of stream time 0; undefined before the first segment. */
  get startedAtMs(): number | undefined {
    return this.#publication?.startedAtMs;
  }

  /** Viewers can play it. */
  get started(): boolean {
    return this.#publication?.started === true;
  }

  /** The renditions of the newest period, best first. */
  get renditions(): Publication['current'] {
    return this.#publication?.current ?? [];
  }

  /** How long after players could already have requested it a segment was published, in ms. */
  lateMs(number: number): number {
    const nowMs = this.#options.clock.wallMs();
    return Math.max(0, nowMs - (this.#publication?.availableAtMs(number) ?? nowMs));
  }

  /** `streamMs`: current stream time by the clock. The first segment ties it to wall-clock time. */
  add(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>, streamMs: number): void {
    const writer = this.#writer ?? this.#begin(this.#options.clock.wallMs() - streamMs);
    writer.enqueue(group, headers);
  }

  /** Writes what is queued and leaves the broadcast open. */
  async leaveOpen(): Promise<RecordingOutcome> {
    return this.#outcome(this.#writer?.flush(drainLimits.originMs));
  }

  /** Writes what is queued and closes the recording. */
  async close(): Promise<RecordingOutcome> {
    return this.#outcome(this.#writer?.finish(drainLimits.originMs));
  }

  /** Writes nothing more. */
  stop(): void {
    this.#writer?.stop();
  }

  async #outcome(written: Promise<void> | undefined): Promise<RecordingOutcome> {
    let fault: { readonly cause: unknown } | undefined;
    await written?.catch((cause: unknown) => {
      fault = { cause };
    });
    const durationMs = Math.round(this.#publication?.endMs ?? 0);
    return { durationMs, lostSegments: this.#writer?.lostSegments ?? 0, fault };
  }

  #begin(startedAtMs: number, restored?: RestoredPublication): SegmentWriter {
    const { clock, objects } = this.#options;
    this.#publication = new Publication({ ...this.#options, startedAtMs }, restored);
    this.#writer = new SegmentWriter(objects, this.#publication, clock, this.#handler);
    return this.#writer;
  }
}
