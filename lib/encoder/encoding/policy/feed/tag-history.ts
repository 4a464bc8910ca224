import type { StreamTag } from '../../../policy/stream-tag.ts';

/** Upper bound on what another ffmpeg may be started with. Above it the oldest media is dropped, and a crash leaves a gap. */
const maxBytes = 24 * 1024 * 1024;
/** Sound from before the first segment, for the sound encoder to start with. */
const soundLeadMs = 200;

/** The media of one input format since the last safe point, so that another ffmpeg can encode it again. */
export class TagHistory {
  #tags: StreamTag[] = [];
  #bytes = 0;
  readonly #last = { video: 0, audio: 0 };

  get lastMs(): number {
    return Math.max(this.#last.video, this.#last.audio);
  }

  /** Both tracks have media up to here. A track that is a second behind has stopped and no longer counts. */
  get completeMs(): number {
    const { video, audio } = this.#last;
    return Math.abs(video - audio) > 1000 ? Math.max(video, audio) : Math.min(video, audio);
  }

  lastOf(type: 'video' | 'audio'): number {
    return this.#last[type];
  }

  push(tag: StreamTag): void {
    this.#tags.push(tag);
    this.#bytes += tag.payload.length;
    this.#last[tag.type] = tag.streamMs;
    if (this.#bytes > maxBytes) this.#dropTo(this.#secondKeyframe());
  }

  /**
   * Drops what an encoder that begins at `streamMs` does not need: everything before the last key frame, and of what follows it
   * sound and filler, however long pictures have been standing.
   */
  forgetBefore(streamMs: number): void {
    this.#dropTo(this.#keyframeAt(streamMs));
    const needed = ({ type, filler, keyframe, streamMs: at }: StreamTag): boolean =>
      keyframe || (type === 'video' && !filler) || at >= streamMs - soundLeadMs;
    if (this.#tags.every(needed)) return;
    this.#tags = this.#tags.filter(needed);
    this.#bytes = this.#tags.reduce((sum, { payload }) => sum + payload.length, 0);
  }

  /** Sound that a sound encoder which begins at `streamMs` needs. */
  soundFor(streamMs: number): readonly StreamTag[] {
    return this.#tags.filter(({ type, streamMs: at }) => type === 'audio' && at >= streamMs - soundLeadMs);
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
  }

  #keyframeAt(streamMs: number): number {
    return this.#tags.findLastIndex(
      ({ type, keyframe, streamMs: at }) => keyframe && at <= streamMs - (type === 'audio' ? soundLeadMs : 0),
    );
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
