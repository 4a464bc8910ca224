import { isAtLiveEdge, latencyMs } from '../model/latency.ts';
import { shownQuality } from '../model/qualities.ts';
import { type EngineOptions, type PlaybackEngine, PlaybackError, type PlaybackFacts } from './engine.ts';
import { watchForRefusal } from './refusal-watch.ts';

/** WebKit's wall-clock time of presentation time 0, from `EXT-X-PROGRAM-DATE-TIME`. */
interface DatedVideo extends HTMLVideoElement {
  getStartDate?(): Date;
}

/** Leaves HLS to the browser (Safari, iOS), which also chooses the quality. */
export function createNativeEngine({ video, onFailed, onRefused }: EngineOptions): PlaybackEngine {
  let stopWaiting: (() => void) | undefined;
  let loaded = false;
  let playlist: string | undefined;
  const failed = () => {
    if (loaded) onFailed(new PlaybackError(video.error?.message || 'The video couldn’t be played.'));
  };
  video.addEventListener('error', failed);
  const stopWatching = watchForRefusal(() => (video.paused ? undefined : playlist), onRefused);

  const range = () => {
    const { seekable } = video;
    const last = seekable.length - 1;
    return last < 0 ? { start: 0, end: 0 } : { start: seekable.start(0), end: seekable.end(last) };
  };
  const captionTracks = () =>
    [...video.textTracks].filter(({ kind }) => kind === 'captions' || kind === 'subtitles');
  const facts = (): PlaybackFacts => {
    const live = video.duration === Number.POSITIVE_INFINITY;
    const startMs = (video as DatedVideo).getStartDate?.().getTime() ?? Number.NaN;
    const shown = captionTracks().findIndex(({ mode }) => mode === 'showing');
    return {
      live,
      following:
        live && !video.paused && isAtLiveEdge({ position: video.currentTime, liveEdge: range().end }),
      range: range(),
      soundAlone: video.readyState >= HTMLMediaElement.HAVE_METADATA && video.videoWidth === 0,
      qualities: [],
      shownQuality: shownQuality(video.videoHeight, []),
      offersAudioOnly: false,
      streamStart: live ? undefined : 0,
      clockStartMs: Number.isNaN(startMs) ? undefined : startMs,
      captions: captionTracks().map(({ label, language }, index) => ({
        id: String(index),
        label: label || language || `Captions ${index + 1}`,
      })),
      chosenCaptionsId: shown === -1 ? undefined : String(shown),
      // HLS has no UTCTiming, so this trusts the local clock.
      latencyMs:
        !live || Number.isNaN(startMs)
          ? undefined
          : latencyMs({
              localNowMs: Date.now(),
              clockOffsetMs: 0,
              playheadMs: startMs + video.currentTime * 1000,
            }),
    };
  };

  const empty = () => {
    stopWaiting?.();
    loaded = false;
    playlist = undefined;
    video.removeAttribute('src');
    video.load();
  };

  return {
    swapsTokens: false,
    load({ url, from }, position) {
      stopWaiting?.();
      loaded = false;
      playlist = url;
      return new Promise((resolve, reject) => {
        const ready = () => {
          stopWaiting?.();
          loaded = true;
          if (position !== undefined) video.currentTime = position;
          else if (from === 'start') video.currentTime = range().start;
          resolve();
        };
        const refused = () => {
          stopWaiting?.();
          reject(new PlaybackError(video.error?.message || 'The video couldn’t be loaded.'));
        };
        stopWaiting = () => {
          video.removeEventListener('loadedmetadata', ready);
          video.removeEventListener('error', refused);
        };
        video.addEventListener('loadedmetadata', ready);
        video.addEventListener('error', refused);
        video.src = url;
        video.load();
      });
    },
    facts,
    selectQuality() {},
    mustReload: false,
    details: () => ({}),
    selectCaptions(id) {
      for (const [index, track] of captionTracks().entries()) {
        track.mode = String(index) === id ? 'showing' : 'disabled';
      }
    },
    goToLive() {
      video.currentTime = range().end;
    },
    seek(position) {
      video.currentTime = position;
    },
    async unload() {
      empty();
    },
    async destroy() {
      stopWatching();
      video.removeEventListener('error', failed);
      empty();
    },
  };
}
