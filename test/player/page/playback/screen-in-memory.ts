/** A `TimeRanges` of one range, in s. */
const range = (start: number, end: number) => ({ length: 1, start: () => start, end: () => end });

/** What playback reads and sets of a video element; the test moves its time. */
export class ScreenInMemory extends EventTarget {
  currentTime = 0;
  bufferedTo = 10;
  paused = false;
  ended = false;
  seeking = false;
  muted = true;
  playbackRate = 1;
  /** How often it was started. */
  plays = 0;

  get buffered() {
    return range(0, this.bufferedTo);
  }

  get element(): HTMLVideoElement {
    return this as unknown as HTMLVideoElement;
  }

  async play(): Promise<void> {
    this.plays++;
    this.paused = false;
    this.dispatchEvent(new Event('play'));
  }

  pause(): void {
    this.paused = true;
    this.dispatchEvent(new Event('pause'));
  }

  end(): void {
    this.ended = true;
    this.dispatchEvent(new Event('ended'));
  }
}
