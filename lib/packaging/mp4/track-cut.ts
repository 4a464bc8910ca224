/** A sample as it comes, in decoding order. Times are in the track's timescale. */
export interface CutSample {
  readonly decodeTicks: number;
  readonly durationTicks: number;
  readonly compositionOffsetTicks: number;
  readonly keyframe: boolean;
}

export interface CutRange {
  /** When the first shown sample is shown, at the latest. @default everything */
  readonly fromTicks?: number;
  /** When the last shown sample begins to be shown, before this. @default everything */
  readonly toTicks?: number;
  /** What a decoder needs before the first shown sample, beyond the key frame. @default 0 */
  readonly prerollTicks?: number;
}

/**
 * Takes out of a track the samples that showing a range of it needs, as they come: from the last key frame before the range, which a
 * decoder must have, to the last sample shown in it. What is decoded and not shown is left to the edit list.
 */
export class TrackCut<Sample extends CutSample> {
  readonly #from: number;
  readonly #to: number;
  readonly #preroll: number;
  /** Since the last key frame, until the range begins. */
  #head: Sample[] = [];
  #hasBegun = false;
  /** After the last one shown in the range: needed only if another one is shown after all. */
  #tail: Sample[] = [];
  #firstTicks = Number.POSITIVE_INFINITY;
  #shownTicks: number | undefined;
  #endTicks = Number.NEGATIVE_INFINITY;

  constructor({ fromTicks, toTicks, prerollTicks = 0 }: CutRange) {
    this.#from = fromTicks ?? Number.NEGATIVE_INFINITY;
    this.#to = toTicks ?? Number.POSITIVE_INFINITY;
    this.#preroll = prerollTicks;
  }

  /** When the first sample is presented; infinite if there is none. */
  get firstTicks(): number {
    return this.#firstTicks;
  }

  /** When the sample that is shown as the range begins is presented; undefined if the range begins before the first sample. */
  get shownTicks(): number | undefined {
    return this.#shownTicks;
  }

  /** When the last sample of the range ends. */
  get endTicks(): number {
    return this.#endTicks;
  }

  /** Returns what is certainly needed, in order. */
  push(samples: readonly Sample[]): Sample[] {
    return samples.flatMap((sample) => {
      if (this.#hasBegun) return this.#follow(sample);
      const presented = presentedAt(sample);
      if (sample.keyframe && presented <= this.#from - this.#preroll) this.#head = [];
      if (this.#head.length === 0 && !sample.keyframe) return [];
      this.#head.push(sample);
      return sample.decodeTicks > this.#from ? this.#begin() : [];
    });
  }

  /** Nothing more comes. Returns the rest that is needed. */
  end(): Sample[] {
    return this.#hasBegun ? [] : this.#begin();
  }

  #begin(): Sample[] {
    this.#hasBegun = true;
    const head = this.#head;
    this.#head = [];
    return head.flatMap((sample) => this.#follow(sample));
  }

  #follow(sample: Sample): Sample[] {
    const presented = presentedAt(sample);
    this.#tail.push(sample);
    if (presented >= this.#to) return [];
    this.#firstTicks = Math.min(this.#firstTicks, presented);
    if (presented <= this.#from) this.#shownTicks = Math.max(this.#shownTicks ?? presented, presented);
    this.#endTicks = Math.max(this.#endTicks, presented + sample.durationTicks);
    const needed = this.#tail;
    this.#tail = [];
    return needed;
  }
}

const presentedAt = ({ decodeTicks, compositionOffsetTicks }: CutSample): number =>
  decodeTicks + compositionOffsetTicks;
