import { heldCost } from '../held-cost.ts';
import type { SessionMedia } from './session-media.ts';

/** The format is decided after this much time or this many pictures, whichever comes first. */
const enoughMs = 1000;
const enoughPictures = 10;
const mostBytes = 8 * 1024 * 1024;

/** A session's media from its first key frame on, kept until its format is decided. */
export class FormatSample {
  readonly #media: SessionMedia[] = [];
  /** What it costs. */
  #bytes = 0;
  #pictures = 0;
  #firstPictureMs = 0;
  #lastPictureMs = 0;

  get media(): readonly SessionMedia[] {
    return this.#media;
  }

  /** In pictures a second; undefined for fewer than two. */
  get frameRate(): number | undefined {
    const spanMs = (this.#lastPictureMs - this.#firstPictureMs) | 0;
    return spanMs > 0 ? ((this.#pictures - 1) * 1000) / spanMs : undefined;
  }

  /** Returns true once there is enough to decide by. `hasSound`: the session has said what sound it sends. */
  add(media: SessionMedia, hasSound: boolean): boolean {
    this.#media.push(media);
    this.#bytes += heldCost(media);
    if (media.type === 'video') {
      if (this.#pictures === 0) this.#firstPictureMs = media.timestampMs;
      this.#pictures++;
      this.#lastPictureMs = media.timestampMs;
    }
    const spanMs = (media.timestampMs - this.#firstPictureMs) | 0;
    const isSeen = this.#pictures >= enoughPictures && hasSound;
    return isSeen || Math.abs(spanMs) >= enoughMs || this.#bytes > mostBytes;
  }

  /** The clock says that it has gone on for long enough, whatever the media's timestamps say. */
  isOverdue(nowMs: number): boolean {
    const first = this.#media[0];
    return first !== undefined && nowMs - first.nowMs > enoughMs;
  }
}
