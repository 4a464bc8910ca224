/// <reference lib="dom" />
// Runs in a page, as a classic script, before the page's own (watch.ts).

import type { Watched } from './watch.ts';

/** As in picture-clock.ts. */
declare const strip: { readonly columns: number; readonly share: number };

/** A picture that stands for longer counts as frozen: seven frames at 30 fps. */
const frozenMs = 250;
/** The clock is read from each so many pictures only, to leave the machine to the player. */
const readEvery = 5;

const watched: Watched = { pictures: [], freezes: [], rebuffers: 0 };
Object.assign(globalThis, { watched });

const canvas = new OffscreenCanvas(strip.columns, 1);
const context = canvas.getContext('2d', { willReadFrequently: true });

function cellsOf(video: HTMLVideoElement): number[] {
  const [width, height] = [video.videoWidth, video.videoHeight / strip.share];
  if (context === null) return [];
  // Without smoothing each pixel is the middle of its block: scaling has blurred the edges.
  context.imageSmoothingEnabled = false;
  context.drawImage(video, 0, height * 0.3, width, height * 0.4, 0, 0, strip.columns, 1);
  const { data } = context.getImageData(0, 0, strip.columns, 1);
  return Array.from({ length: strip.columns }, (_, column) => data[column * 4 + 1] ?? 0);
}

function follow(video: HTMLVideoElement): void {
  let lastMs: number | undefined;
  let count = 0;
  video.addEventListener('waiting', () => {
    if (lastMs !== undefined && !video.seeking) watched.rebuffers++;
  });
  const shown = (nowMs: number, { expectedDisplayTime, mediaTime }: VideoFrameCallbackMetadata): void => {
    watched.firstPictureMs ??= nowMs;
    const shownAtMs = Date.now() + Math.max(0, expectedDisplayTime - performance.now());
    if (lastMs !== undefined && shownAtMs - lastMs >= frozenMs) {
      watched.freezes.push({ atMs: lastMs, ms: shownAtMs - lastMs });
    }
    lastMs = shownAtMs;
    if (count++ % readEvery === 0) {
      const { videoHeight: height, playbackRate } = video;
      const said = document.querySelector('.latency')?.textContent ?? '';
      watched.pictures.push({ shownAtMs, cells: cellsOf(video), mediaTime, height, playbackRate, said });
    }
    video.requestVideoFrameCallback(shown);
  };
  video.requestVideoFrameCallback(shown);
}

const found = setInterval(() => {
  const video = document.querySelector('video');
  if (!video) return;
  clearInterval(found);
  follow(video);
}, 10);
