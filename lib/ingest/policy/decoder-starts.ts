import { isSessionFrame } from '../../protocol/relay/session-frame.ts';
import { SessionTime } from '../../protocol/relay/session-time.ts';
import type { ScannedMessage } from '../../protocol/rtmp/chunk-scanner.ts';
import { isVideoKeyframe } from '../../protocol/rtmp/media-tag.ts';
import { messageType } from '../../protocol/rtmp/messages.ts';
import { isUnflaggedStart } from './unflagged-start.ts';

/** While there is no video, any complete audio message can be a starting point; one per this interval is enough. */
const audioPointEveryMs = 1_000;
/** Video counts as gone when its last frame is this far behind the audio. */
const videoGoneAfterMs = 5_000;
/** After this long without a starting point, pictures are searched for one that their headers don't name. */
const searchAfterMs = 5_000;

/** Which of a publisher's frames a decoder can begin with, and the session times that this depends on. */
export class DecoderStarts {
  readonly #time = new SessionTime();
  #latestMs = Number.NEGATIVE_INFINITY;
  #pointMs = 0;
  #videoMs = Number.NEGATIVE_INFINITY;

  /** Session time of the latest audio or video; -∞ before the first. */
  get latestMs(): number {
    return this.#latestMs;
  }

  /** Session time of the last point at which a worker could start. */
  get pointMs(): number {
    return this.#pointMs;
  }

  /** Session time of the last video frame. */
  get videoMs(): number {
    return this.#videoMs;
  }

  /** A data message: it has a time, but no frame. */
  data(timestampMs: number): void {
    this.#time.of(timestampMs);
  }

  /** Audio or video; `start`: a decoder can begin with it. */
  media(message: Pick<ScannedMessage, 'typeId' | 'timestampMs' | 'byte0' | 'byte1'>): {
    timeMs: number;
    start: boolean;
  } {
    const { typeId, byte0, byte1 } = message;
    const timeMs = this.#time.of(message.timestampMs);
    this.#latestMs = Math.max(this.#latestMs, timeMs);
    if (!isSessionFrame(typeId, byte0, byte1)) return { timeMs, start: false };
    if (typeId === messageType.video) {
      this.#videoMs = timeMs;
      return { timeMs, start: isVideoKeyframe(byte0, byte1) };
    }
    const isVideoGone = timeMs - this.#videoMs > videoGoneAfterMs;
    return { timeMs, start: isVideoGone && timeMs - this.#pointMs >= audioPointEveryMs };
  }

  /** A worker can start at `timeMs`. */
  marked(timeMs: number): void {
    this.#pointMs = timeMs;
  }

  /** No starting point came for a while. */
  isSearching(timeMs: number): boolean {
    return timeMs - this.#pointMs >= searchAfterMs;
  }

  /**
   * Decoding can begin at a picture, though its message doesn't say so. `header`: the video sequence header in force. Only while
   * {@link isSearching}.
   */
  canBeginAt(payload: Buffer, header: Buffer | undefined, timeMs: number): boolean {
    return header !== undefined && this.isSearching(timeMs) && isUnflaggedStart(payload, header);
  }
}
