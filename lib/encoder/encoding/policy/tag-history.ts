import type { StreamTag } from '../../policy/stream-tag.ts';

/** Upper bound on what another ffmpeg may be started with. Above it the oldest media is dropped, and a crash leaves a gap. */
const maxBytes = 24 * 1024 * 1024;

/** The media of one input format since the last safe point, so that another ffmpeg can encode it again. */
export class TagHistory {
  #tags: StreamTag[] = [];
  #bytes = 0;
  #lastKeyframe?: StreamTag;
  readonly #last = { video: 0, audio: 0 };

  get lastMs(): number {
    return Math.max(this.#last.video, this.#last.audio);
  }

  /** Both tracks have media up to here. A track that is a second behind has stopped and no longer counts. */
  get completeMs(): number {
    const { video, audio } = this.#last;
    return Math.abs(video - audio) > 1000 ? Math.max(video, audio) : Math.min(video, audio);
  }

  /** The newest key frame. */
  get lastKeyframe(): StreamTag | undefined {
    return this.#lastKeyframe;
  }

  lastOf(type: 'video' | 'audio'): number {
    return this.#last[type];
  }

  push(tag: StreamTag): void {
    this.#tags.push(tag);
    this.#bytes += tag.payload.length;
    this.#last[tag.type] = tag.streamMs;
    if (tag.keyframe) this.#lastKeyframe = tag;
    if (this.#bytes > maxBytes) this.#dropTo(this.#secondKeyframe());
  }

  /** Drops everything before the last key frame at or before `streamMs`. */
  forgetBefore(streamMs: number): void {
    this.#dropTo(this.#keyframeAt(streamMs));
  }

  /** Tags from the last key frame at or before `streamMs`, else from the first one; empty if there is none. */
  from(streamMs: number): readonly StreamTag[] {
    const at = this.#keyframeAt(streamMs);
    const first = at >= 0 ? at : this.#tags.findIndex(({ keyframe }) => keyframe);
    return first >= 0 ? this.#tags.slice(first) : [];
  }

  clear(): void {
    this.#tags = [];
    this.#bytes = 0;
    this.#lastKeyframe = undefined;
  }

  #keyframeAt(streamMs: number): number {
    return this.#tags.findLastIndex(({ keyframe, streamMs: at }) => keyframe && at <= streamMs);
  }

  #secondKeyframe(): number {
    const second = this.#tags.findIndex(({ keyframe }, index) => keyframe && index > 0);
    return second >= 0 ? second : this.#tags.length;
  }

  #dropTo(index: number): void {
    if (index <= 0) return;
    for (const { payload } of this.#tags.splice(0, index)) this.#bytes -= payload.length;
  }
}
