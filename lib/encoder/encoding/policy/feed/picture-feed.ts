import { AvcRepeater } from '../../../../packaging/codec/avc-repeat.ts';
import { CodecConfigError } from '../../../../packaging/codec/errors.ts';
import { classicVideoHeaderBytes } from '../../../../protocol/flv/video-tag.ts';
import { isRepeat, repeatMs, type StreamTag, shortestPictureMs } from '../../../policy/stream-tag.ts';

/** FLV: an inter picture, AVC. */
const interPicture = 0x27;
const naluPacket = 1;
/** What is kept to decode a group of pictures again. */
const maxGroupBytes = 24 * 1024 * 1024;
const mostCompositionMs = 2000;
/** So many pictures tell how close a publisher's are to one another. */
const recentPictures = 16;
/** No publisher sends pictures this close together for long: jitter has put them there. */
const jitterStepMs = 5;
/** Nearer than this part of the shortest recent distance are only pictures on the two sides of a seam in stream time. */
const nearPart = 0.45;

/**
 * Puts pictures in front of the decoder so that it can always decode the next one: repeats refer to the newest picture and change
 * nothing; a picture that stands alone (a slate) makes the decoder forget, so before the publisher's next one its group of pictures
 * is decoded again, unseen. Pictures that are not to be shown get a time that ffmpeg drops, that of the last one.
 */
export class PictureFeed {
  #header?: Buffer;
  #repeater: AvcRepeater | undefined;
  /** The publisher's pictures since its last key frame. */
  #group: StreamTag[] = [];
  #groupBytes = 0;
  /** The decoder has seen pictures that are not of the group. */
  #forgotten = false;
  /** How much later a picture is shown than decoded. */
  #reorderMs = 0;
  /** Stream time at which the newest shown picture is decoded. */
  #lastMs = 0;
  /** Stream time at which the last of all pictures, and of filler, is presented. */
  #shownMs = Number.NEGATIVE_INFINITY;
  #filledMs = Number.NEGATIVE_INFINITY;
  /** When the publisher's newest pictures are decoded, and when those that are shown are presented. */
  #recentMs: readonly number[] = [];
  #recentlyShownMs: readonly number[] = [];

  /** What was shown went to another ffmpeg: the next picture can be as close to it as it likes. */
  beginRun(): void {
    this.#shownMs = Number.NEGATIVE_INFINITY;
    this.#filledMs = Number.NEGATIVE_INFINITY;
    this.#recentlyShownMs = [];
  }

  /** What to decode for this tag, in order: nothing, one tag, or several. */
  prepare(tag: StreamTag): readonly StreamTag[] {
    if (tag.type === 'audio') return [tag];
    if (isRepeat(tag)) return this.#repeat(tag);
    if (tag.filler) return this.#standAlone(tag);
    return this.#picture(tag);
  }

  #picture(tag: StreamTag): readonly StreamTag[] {
    if (tag.keyframe) {
      this.#group = [];
      this.#groupBytes = 0;
      this.#forgotten = false;
      this.#reorderMs = Math.min(mostCompositionMs, Math.max(0, compositionMs(tag)));
      this.#useHeader(tag.videoHeader);
    }
    const before = this.#forgotten ? this.#group.map((one) => this.#hidden(one)) : [];
    this.#forgotten = false;
    this.#remember(tag);
    const isTooClose = presentedMs(tag) < this.#filledMs + shortestPictureMs || this.#isNearOther(tag);
    if (!tag.hidden) this.#recentMs = [...this.#recentMs, tag.streamMs].slice(-recentPictures);
    if (tag.hidden || isTooClose) return [...before, this.#hidden(tag)];
    this.#shown(tag);
    return [...before, tag];
  }

  /** It would be taken for one with another of the publisher's pictures: where stream time was corrected between them. */
  #isNearOther(tag: StreamTag): boolean {
    const stepsMs = this.#recentMs.slice(1).map((ms, index) => ms - this.#recentMs[index]!);
    const shortestMs = Math.min(shortestPictureMs, ...stepsMs.filter((ms) => ms > jitterStepMs));
    const atMs = presentedMs(tag);
    const isKnown = stepsMs.length > 1;
    return isKnown && this.#recentlyShownMs.some((ms) => Math.abs(atMs - ms) < shortestMs * nearPart);
  }

  #repeat(tag: StreamTag): readonly StreamTag[] {
    const sample = this.#forgotten ? undefined : this.#repeater?.repeat();
    if (!sample) {
      // A stream that cannot be repeated by reference shows its last key frame again.
      const still = this.#group[0];
      return still ? this.#standAlone({ ...still, streamMs: tag.streamMs, filler: true }) : [];
    }
    const laterMs = Math.max(this.#reorderMs, this.#freeMs - tag.streamMs);
    // The picture before is still to be presented: it stands in for repeats.
    if (laterMs > this.#reorderMs + repeatMs - shortestPictureMs) return [];
    const head = Buffer.from([interPicture, naluPacket, 0, 0, 0]);
    head.writeUIntBE(laterMs, 2, 3);
    const repeat = { ...tag, payload: Buffer.concat([head, sample]), ...headerOf(this.#header) };
    this.#filler(repeat);
    return [repeat];
  }

  #standAlone(tag: StreamTag): readonly StreamTag[] {
    if (presentedMs(tag) < this.#freeMs) return [];
    this.#forgotten = true;
    this.#filler(tag);
    return [tag];
  }

  /** Where the last picture has been shown for long enough. */
  get #freeMs(): number {
    return this.#shownMs + shortestPictureMs;
  }

  #filler(tag: StreamTag): void {
    this.#shown(tag);
    this.#filledMs = this.#shownMs;
  }

  #hidden(tag: StreamTag): StreamTag {
    const payload = Buffer.from(tag.payload);
    payload.writeUIntBE(0, 2, 3);
    return { ...tag, streamMs: this.#lastMs, payload, hidden: true };
  }

  #shown(tag: StreamTag): void {
    this.#lastMs = tag.streamMs;
    this.#shownMs = Math.max(this.#shownMs, presentedMs(tag));
    this.#recentlyShownMs = [...this.#recentlyShownMs, presentedMs(tag)].slice(-recentPictures);
  }

  #remember(tag: StreamTag): void {
    try {
      this.#repeater?.observe(tag.payload.subarray(classicVideoHeaderBytes));
    } catch (cause) {
      if (!(cause instanceof CodecConfigError)) throw cause;
      this.#repeater = undefined;
    }
    this.#groupBytes += tag.payload.length;
    if (this.#groupBytes <= maxGroupBytes) this.#group.push(tag);
    else this.#group = this.#group.slice(0, 1);
  }

  #useHeader(header: Buffer | undefined): void {
    if (!header || (this.#repeater && this.#header?.equals(header))) return;
    this.#header = header;
    try {
      this.#repeater = new AvcRepeater(header.subarray(classicVideoHeaderBytes));
    } catch (cause) {
      if (!(cause instanceof CodecConfigError)) throw cause;
      this.#repeater = undefined;
    }
  }
}

const headerOf = (videoHeader: Buffer | undefined) => (videoHeader ? { videoHeader } : {});
/** How much later than it is decoded a picture is presented: of its FLV payload (annex E.4.3.1). */
export const compositionMs = ({ payload }: Pick<StreamTag, 'payload'>): number => payload.readIntBE(2, 3);
const presentedMs = (tag: StreamTag): number =>
  tag.streamMs + Math.min(mostCompositionMs, compositionMs(tag));
