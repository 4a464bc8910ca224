import shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { clockOffsetMs, isAtLiveEdge, latencyMs } from '../model/latency.ts';
import { linkFaultOf, linkFaultStatus, swapToken } from '../model/playback-link.ts';
import type { Quality } from '../model/qualities.ts';
import { takenDownStatus } from '../model/stream-state.ts';
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

/** Plays DASH and HLS through Media Source Extensions. */
export async function createShakaEngine(options: EngineOptions): Promise<PlaybackEngine> {
  const { video, captions, maxHeight, onFailed, onRefused, token } = options;
  const player = new shaka.Player();
  await player.attach(video);
  player.setVideoContainer(captions);
  player.configure({
    manifest: { retryParameters },
    streaming: {
      ...{ retryParameters, bufferingGoal: 12, rebufferingGoal: 1, bufferBehind: 30 },
      // Seconds behind the end of the seek range, which itself trails the live edge by the manifest's presentation delay.
      liveSync: {
        targetLatency: 0.5,
        targetLatencyTolerance: 1,
        minPlaybackRate: 0.97,
        maxPlaybackRate: 1.05,
      },
    },
    ...(maxHeight && { abr: { restrictions: { maxHeight } } }),
  });

  // Whatever the loaded manifest's addresses carry: a renewed link must not interrupt playback.
  player.getNetworkingEngine()?.registerRequestFilter((_, request) => {
    request.uris = request.uris.map((uri) => swapToken(uri, token()));
  });

  let offsetMs = 0;
  player.getNetworkingEngine()?.registerResponseFilter((type, response) => {
    if (type !== shaka.net.NetworkingEngine.RequestType.TIMING) return;
    const serverTimeMs = timeOfResponse(response);
    if (serverTimeMs === undefined) return;
    const receivedAtMs = Date.now();
    const sentAtMs = receivedAtMs - (response.timeMs ?? 0);
    offsetMs = clockOffsetMs({ sentAtMs, receivedAtMs, serverTimeMs });
  });
  player.addEventListener('error', (event) => {
    const { detail } = event as CustomEvent<shaka.util.Error>;
    // shaka retries recoverable errors itself; a stall they cause shows on the video element.
    if (detail.severity === shaka.util.Error.Severity.CRITICAL) onFailed(playbackError(detail));
  });

  // The first refused manifest or segment is enough: shaka would retry and keep playing from its buffer.
  player.addEventListener('downloadfailed', (event) => {
    const { httpResponseCode, error } = event as Event & DownloadFailure;
    if (httpResponseCode === takenDownStatus) onRefused('taken-down');
    else if (httpResponseCode === linkFaultStatus) onRefused(linkFaultOf(String(error?.data?.[2] ?? '')));
  });

  // A viewer who fell behind because of a hitch catches up at a slightly higher speed; one who rewound doesn't.
  const followEdge = ({ end }: { end: number }) => {
    const follow = player.isLive() && isAtLiveEdge({ position: video.currentTime, liveEdge: end });
    if (player.getConfiguration().streaming.liveSync.enabled !== follow) {
      player.configure('streaming.liveSync.enabled', follow);
    }
  };

  let chosen: Quality | undefined;
  const facts = (): PlaybackFacts => {
    const tracks = player.getVideoTracks();
    const active = tracks.find((track) => track.active);
    const text = player.getTextTracks();
    const range = player.seekRange();
    followEdge(range);
    return {
      live: player.isLive(),
      range,
      soundAlone: player.isAudioOnly(),
      qualities: tracks.filter(({ height }) => (height ?? 0) > 0).map(qualityOf),
      activeQuality: active && qualityOf(active),
      chosenQualityId: chosen?.id,
      captions: text.map(({ id, label, language }) => ({ id: String(id), label: label ?? language })),
      chosenCaptionsId: text.filter(({ active: shown }) => shown).map(({ id }) => String(id))[0],
      latencyMs: player.isLive()
        ? latencyMs({
            localNowMs: Date.now(),
            clockOffsetMs: offsetMs,
            playheadMs: playheadMs(player, video),
          })
        : undefined,
    };
  };
  const apply = (id: string | undefined) => {
    const track = player.getVideoTracks().find((candidate) => qualityOf(candidate).id === id);
    chosen = track && qualityOf(track);
    player.configure('abr.enabled', track === undefined);
    // Keep 2 s of the buffer, so that the switch shows soon but without a stall.
    if (track) player.selectVideoTrack(track, true, 2);
  };

  return {
    swapsTokens: true,
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
    async unload() {
      await player.unload();
    },
    async destroy() {
      await player.destroy();
    },
  };
}

/** What shaka's event says; `data[2]` is the body of the response. */
interface DownloadFailure {
  readonly httpResponseCode?: number;
  readonly error?: { readonly data?: readonly unknown[] } | null;
}

/**
 * Wall-clock time of the frame on screen in ms; NaN if the manifest has no clock. shaka clamps its playhead to the seek
 * range, but playback may be beyond its end, especially at the start of a broadcast: this adds the clamped part back.
 */
function playheadMs(player: shaka.Player, video: HTMLVideoElement): number {
  const { start, end } = player.seekRange();
  const clamped = Math.min(end, Math.max(start, video.currentTime));
  const date = player.getPlayheadTimeAsDate();
  return date ? date.getTime() + (video.currentTime - clamped) * 1000 : Number.NaN;
}

/** The time in a UTCTiming response: an ISO date in the body (`http-iso`, `http-xsdate`) or the Date header (`http-head`). */
function timeOfResponse(response: shaka.extern.Response): number | undefined {
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

/** Another load started or the player was destroyed, so nobody is waiting for this load. */
function isInterruption(cause: unknown): boolean {
  const code = cause instanceof Object && 'code' in cause ? cause.code : undefined;
  return code === shaka.util.Error.Code.LOAD_INTERRUPTED || code === shaka.util.Error.Code.OPERATION_ABORTED;
}

function playbackError(cause: unknown): PlaybackError {
  const code = cause instanceof Object && 'code' in cause ? ` (shaka ${String(cause.code)})` : '';
  return new PlaybackError(`The video couldn’t be played${code}.`, { cause });
}
