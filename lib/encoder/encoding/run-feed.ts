import { segmentNumberAt, segmentStartMs } from '../../packaging/segment-grid.ts';
import type { InputFormat } from '../policy/input-format.ts';
import type { StreamTag } from '../policy/stream-tag.ts';
import type { EncoderRun } from './encoder-run.ts';
import { PictureFeed } from './policy/feed/picture-feed.ts';
import { stillTags } from './policy/feed/still-tags.ts';
import { TagHistory } from './policy/feed/tag-history.ts';

/** A run that is still fed until its tracks have passed the number at which the next run takes over. */
interface RetiringRun {
  readonly run: EncoderRun;
  readonly number: number;
  readonly past: Set<string>;
}

/** Both tracks have passed the line, or one is so far behind it that the other has stopped. */
const longestPastMs = 1000;

/**
 * What a broadcast's runs are fed: the active one, the one before it as long as that has segments to end, and, from what is kept since
 * the last safe point, one that makes something again.
 */
export class RunFeed {
  readonly #pictures = new PictureFeed();
  readonly #history = new TagHistory();
  #active?: EncoderRun | undefined;
  #retiring?: RetiringRun | undefined;

  /** The run that makes the newest media. */
  get active(): EncoderRun | undefined {
    return this.#active;
  }

  /** The run before it is still fed. */
  get isHandingOver(): boolean {
    return this.#retiring !== undefined;
  }

  /** The number that the newest media falls into. */
  get lastNumber(): number {
    return segmentNumberAt(this.#history.lastMs);
  }

  /** The tags that decoders need for this one, in order. */
  prepare(tag: StreamTag): readonly StreamTag[] {
    return this.#pictures.prepare(tag);
  }

  /** Feeds a tag that is prepared. */
  push(tag: StreamTag): void {
    this.#history.push(tag);
    this.#active?.feed(tag);
    this.#feedRetiring(tag);
  }

  flush(): void {
    this.#active?.flush();
    this.#retiring?.run.flush();
  }

  /** The media that follows is for this run. */
  begin(run: EncoderRun): void {
    this.#active = run;
  }

  /** Nothing is encoded until another run begins. */
  lose(): void {
    this.#active = undefined;
  }

  /** What a run that makes everything from `number` on must be fed; empty if there is no key frame to start from. */
  from(number: number): readonly StreamTag[] {
    return this.#history.from(segmentStartMs(number));
  }

  /** Sound that a run which begins at `number` needs. */
  soundFor(number: number): readonly StreamTag[] {
    return this.#history.soundFor(segmentStartMs(number));
  }

  /** Feeds the active run alone: the one before it has had this, or needs none of it. */
  prime(tags: readonly StreamTag[]): void {
    for (const tag of tags)
      for (const each of this.#pictures.prepare(tag)) {
        this.#history.push(each);
        this.#active?.feed(each);
      }
  }

  /** The active run is fed up to `number`, beside the one that makes the rest. Media of type `past` has passed it already. */
  retire(number: number, past: StreamTag['type']): void {
    const run = this.#active;
    if (!run) return;
    run.stopBefore(number);
    this.#retiring = { run, number, past: new Set([past]) };
  }

  /** Feeds the active run the last picture and silence up to `number`, and ends its input. */
  fillUp(number: number, format: InputFormat, partMs: number): void {
    const run = this.#active;
    if (!run) return;
    for (const tag of stillTags(this.#history, segmentStartMs(number), format, partMs))
      for (const each of this.#pictures.prepare(tag)) run.feed(each);
    this.#pictures.beginRun();
    run.stopBefore(number);
    run.endInput();
  }

  /** No run makes anything before `number` again. */
  forgetBefore(number: number): void {
    this.#history.forgetBefore(segmentStartMs(number));
  }

  /** What comes now has another format. */
  clear(): void {
    this.#history.clear();
  }

  /** Nothing more is fed. With `wholeSegmentsOnly` the shorter last segment is dropped. */
  end({ wholeSegmentsOnly }: { readonly wholeSegmentsOnly: boolean }): void {
    if (wholeSegmentsOnly) this.#active?.stopBefore(segmentNumberAt(this.#history.completeMs));
    this.#retiring?.run.endInput();
    this.#active?.endInput();
  }

  /** The run is gone. */
  gone(run: EncoderRun): void {
    if (run === this.#retiring?.run) this.#retiring = undefined;
  }

  #feedRetiring(tag: StreamTag): void {
    const retiring = this.#retiring;
    if (!retiring) return;
    // A run without pictures ends where the sound does.
    if (tag.type === 'video' && !retiring.run.plan.input) return;
    retiring.run.feed(tag);
    const lateMs = tag.streamMs - segmentStartMs(retiring.number);
    if (lateMs >= 0) retiring.past.add(tag.type);
    if (retiring.past.size < 2 && lateMs < longestPastMs) return;
    this.#retiring = undefined;
    retiring.run.endInput();
  }
}
