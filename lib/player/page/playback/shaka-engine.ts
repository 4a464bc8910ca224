import shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { clockOffsetMs, latencyMs } from '../model/latency.ts';
import type { Quality } from '../model/qualities.ts';
import { type EngineOptions, type PlaybackEngine, PlaybackError, type PlaybackFacts } from './engine.ts';

/** Whether the browser has what shaka-player needs (Media Source Extensions above all). */
export function isShakaSupported(): boolean {
  shaka.polyfill.installAll();
  return shaka.Player.isBrowserSupported();
}

const retryParameters = {
  maxAttempts: 3,
  baseDelay: 500,
  backoffFactor: 2,
  fuzzFactor: 0.5,
  timeout: 10_000,
  stallTimeout: 5_000,
  connectionTimeout: 8_000,
};

/** Plays DASH and HLS over Media Source Extensions. */
export async function createShakaEngine(options: EngineOptions): Promise<PlaybackEngine> {
  const { video, captions, maxHeight, onFailed } = options;
  const player = new shaka.Player();
  await player.attach(video);
  player.setVideoContainer(captions);
  player.configure({
    manifest: { retryParameters },
    streaming: { retryParameters, bufferingGoal: 12, rebufferingGoal: 1, bufferBehind: 30 },
    ...(maxHeight && { abr: { restrictions: { maxHeight } } }),
  });

  let offsetMs = 0;
  player.getNetworkingEngine()?.registerResponseFilter((type, response) => {
    if (type !== shaka.net.NetworkingEngine.RequestType.TIMING) return;
    const serverTimeMs = timeOfAnswer(response);
    if (serverTimeMs === undefined) return;
    const receivedAtMs = Date.now();
    const sentAtMs = receivedAtMs - (response.timeMs ?? 0);
    offsetMs = clockOffsetMs({ sentAtMs, receivedAtMs, serverTimeMs });
  });
  player.addEventListener('error', (event) => {
    const { detail } = event as CustomEvent<shaka.util.Error>;
    // Recoverable faults are retried by shaka itself; the stall that they may cause is seen on the video element.
    if (detail.severity === shaka.util.Error.Severity.CRITICAL) onFailed(playbackError(detail));
  });

  let chosen: Quality | undefined;
  const facts = (): PlaybackFacts => {
    const tracks = player.getVideoTracks();
    const active = tracks.find((track) => track.active);
    const text = player.getTextTracks();
    const playhead = player.isLive() ? player.getPlayheadTimeAsDate() : null;
    return {
      live: player.isLive(),
      range: player.seekRange(),
      qualities: tracks.filter(({ height }) => (height ?? 0) > 0).map(qualityOf),
      activeQuality: active && qualityOf(active),
      chosenQualityId: chosen?.id,
      captions: text.map(({ id, label, language }) => ({ id: String(id), label: label ?? language })),
      chosenCaptionsId: text.filter(({ active: shown }) => shown).map(({ id }) => String(id))[0],
      latencyMs:
        playhead === null
          ? undefined
          : latencyMs({ localNowMs: Date.now(), clockOffsetMs: offsetMs, playheadMs: playhead.getTime() }),
    };
  };
  const apply = (id: string | undefined) => {
    const track = player.getVideoTracks().find((candidate) => qualityOf(candidate).id === id);
    chosen = track && qualityOf(track);
    player.configure('abr.enabled', track === undefined);
    // Keep 2 s of what is buffered, so that the switch is seen soon and without a stop.
    if (track) player.selectVideoTrack(track, true, 2);
  };

  return {
    async load({ url, from }) {
      try {
        await player.load(url, from === 'start' ? 0 : null);
      } catch (cause) {
        if (isInterruption(cause)) return;
        throw playbackError(cause);
      }
      if (chosen) apply(chosen.id);
    },
    facts,
    selectQuality: apply,
    selectCaptions(id) {
      player.selectTextTrack(player.getTextTracks().find((track) => String(track.id) === id) ?? null);
    },
    goToLive() {
      player.goToLive();
    },
    async destroy() {
      await player.destroy();
    },
  };
}

/** The time in an answer to UTCTiming: an ISO date in the body (`http-iso`, `http-xsdate`) or the Date header (`http-head`). */
function timeOfAnswer(response: shaka.extern.Response): number | undefined {
  const text = new TextDecoder().decode(response.data).trim() || (response.headers.date ?? '');
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function qualityOf(track: shaka.extern.VideoTrack): Quality {
  const height = track.height ?? 0;
  const frameRate = track.frameRate ?? undefined;
  return {
    id: `${height}/${frameRate ?? ''}/${track.bandwidth}`,
    height,
    frameRate,
    bandwidthBps: track.bandwidth,
  };
}

/** Another load began, or the player was destroyed: nobody waits for this one any more. */
function isInterruption(cause: unknown): boolean {
  const code = cause instanceof Object && 'code' in cause ? cause.code : undefined;
  return code === shaka.util.Error.Code.LOAD_INTERRUPTED || code === shaka.util.Error.Code.OPERATION_ABORTED;
}

function playbackError(cause: unknown): PlaybackError {
  const code = cause instanceof Object && 'code' in cause ? ` (shaka ${String(cause.code)})` : '';
  return new PlaybackError(`The video could not be played${code}.`, { cause });
}
