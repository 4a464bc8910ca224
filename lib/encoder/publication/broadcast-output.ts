import type { LatencyMode } from '../../control-store/records.ts';
import type { CaptionChannel } from '../../packaging/codec/avc-captions.ts';
import type { BroadcastId, StreamId } from '../../routing/ids.ts';
import type { BroadcastContext } from '../broadcast-context.ts';
import type { Part } from '../encoding/policy/segmenting/part.ts';
import type { SegmentGroup } from '../encoding/policy/segmenting/segment-groups.ts';
import { drainLimits } from '../policy/drain-limits.ts';
import type { TrackHeader } from '../policy/track-header.ts';
import { LivePublication } from './policy/live/live-publication.ts';
import type { LiveView } from './policy/live/live-view.ts';
import { Publication } from './policy/publication.ts';
import type { RecordingOutcome } from './policy/recording-outcome.ts';
import type { RestoredPublication } from './policy/recovery/restore.ts';
import { SegmentWriter, type SegmentWriterHandler } from './segment-writer.ts';

export interface BroadcastOutputOptions extends BroadcastContext {
  readonly streamId: StreamId;
  readonly broadcastId: BroadcastId;
  readonly epoch: number;
  /** `standard`: players are told of whole segments only. @default low */
  readonly latency?: LatencyMode;
  /** Length of a part in ms. @default `defaultPartMs` */
  readonly partMs?: number;
}

/** What a broadcast does with its output, besides what it does with the writer's. */
export interface BroadcastOutputHandler extends SegmentWriterHandler {
  /** What `live` shows has changed, except by what the caller just passed in. */
  changed(): void;
}

/**
 * What a broadcast makes for viewers: its publication, which begins with the first part or segment, the view of it that is ahead of
 * the origin, and the writer that uploads it.
 */
export class BroadcastOutput {
  readonly #options: BroadcastOutputOptions;
  readonly #handler: BroadcastOutputHandler;
  readonly #live: LivePublication;
  readonly #captions = new Set<CaptionChannel>();
  #publication?: Publication;
  #writer?: SegmentWriter;

  /** With `restored`, continues where another worker stopped. */
  constructor(
    options: BroadcastOutputOptions,
    handler: BroadcastOutputHandler,
    restored: RestoredPublication | undefined,
  ) {
    this.#options = options;
    this.#handler = handler;
    this.#live = new LivePublication(options, () => options.clock.wallMs());
    if (restored) this.#begin(restored.startedAtMs, restored);
  }

  /** What viewers may be told now. */
  get live(): LiveView {
    return this.#live;
  }

  /** Unix ms of stream time 0; undefined before the first part or segment. */
  get startedAtMs(): number | undefined {
    return this.#publication?.startedAtMs;
  }

  /** The origin has something of it. */
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

  /** `streamMs`: current stream time by the clock. The first part or segment ties it to wall-clock time. */
  part(track: string, part: Part, headers: ReadonlyMap<string, TrackHeader>, streamMs: number): void {
    this.#begun(streamMs).publication.part(track, part, headers);
  }

  /** Captions are in the pictures. */
  captions(channel: CaptionChannel): void {
    this.#captions.add(channel);
    if (this.#publication?.captions(channel)) this.#handler.changed();
  }

  /** `streamMs`: as for `part`. */
  add(group: SegmentGroup, headers: ReadonlyMap<string, TrackHeader>, streamMs: number): void {
    this.#begun(streamMs).writer.enqueue(group, headers);
  }

  /** Call it each 100 ms: an origin that is away must not keep viewers from what is complete. */
  tick(): void {
    if (this.#publication?.list(this.#options.clock.nowMs())) this.#handler.changed();
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

  #begun(streamMs: number): { publication: Publication; writer: SegmentWriter } {
    const [publication, writer] = [this.#publication, this.#writer];
    if (publication && writer) return { publication, writer };
    return this.#begin(this.#options.clock.wallMs() - streamMs);
  }

  #begin(
    startedAtMs: number,
    restored?: RestoredPublication,
  ): { publication: Publication; writer: SegmentWriter } {
    const { clock, objects } = this.#options;
    const publication = new Publication({ ...this.#options, startedAtMs }, restored);
    for (const channel of this.#captions) publication.captions(channel);
    const writer = new SegmentWriter(objects, publication, clock, this.#handler);
    this.#publication = publication;
    this.#writer = writer;
    this.#live.begin(publication);
    return { publication, writer };
  }
}
