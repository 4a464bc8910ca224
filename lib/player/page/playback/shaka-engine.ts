import type shaka from 'shaka-player/dist/shaka-player.compiled-es2021.js';
import { clockOffsetMs, latencyMs } from '../model/latency.ts';
import { isOutdated, linkFaultOf, linkFaultStatus, swapToken } from '../model/playback-link.ts';
import { type PeriodQualities, periodQualities, qualitiesAt } from '../model/player/mpd-qualities.ts';
import { audioOnlyId, type Quality, qualityId, shownQuality } from '../model/qualities.ts';
import { takenDownStatus } from '../model/stream-state.ts';
import { type EngineOptions, type PlaybackEngine, PlaybackError, type PlaybackFacts } from './engine.ts';
import { growingAbrManager, meterGrowing } from './growing-abr.ts';
import { lateCaptionsDisplayer } from './late-captions.ts';
import { retryLive } from './live-retries.ts';
import { LiveSync } from './live-sync.ts';
import { captionIdOf, captionsNamed, captionTracks } from './policy/captions.ts';
import { type LowLatencyMpd, takeLowLatency } from './policy/low-latency-mpd.ts';
import { useOneCodec } from './policy/one-codec.ts';
import { StallMeter } from './policy/stall-meter.ts';
import { uncounted, viewerReports, withStalls } from './policy/viewer-report.ts';
import type { ShakaLibrary } from './shaka-library.ts';

const retryParameters = {
  maxAttempts: 3,
  baseDelay: 500,
  backoffFactor: 2,
  fuzzFactor: 0.5,
  timeout: 10_000,
  stallTimeout: 5_000,
  connectionTimeout: 8_000,
};

/** Media in s before playback begins, or goes on. */
const rebufferingGoal = 1;

/** Plays DASH and HLS through Media Source Extensions. */
export async function createShakaEngine(
  shaka: ShakaLibrary,
  options: EngineOptions,
): Promise<PlaybackEngine> {
  const { video, captions, maxHeight, onFailed, onRefused, token } = options;
  const player = new shaka.Player();
  // Shaka takes a rate above 1 for trick play, and ends that near the live edge, again and again.
  video.addEventListener('ratechange', (event) => event.stopImmediatePropagation(), { capture: true });
  // Before the element: shaka takes what it reports from the element's events.
  const isPreview = maxHeight !== undefined;
  if (!isPreview) player.configure({ cmcd: viewerReports((bytes) => crypto.getRandomValues(bytes)) });
  await player.attach(video);
  player.setVideoContainer(captions);
  let lowLatency: LowLatencyMpd | undefined;
  /** Of DASH. */
  let periods: readonly PeriodQualities[] | undefined;
  let named: readonly string[] = [];
  let codec: string | undefined;
  player.configure({
    manifest: {
      retryParameters,
      dash: {
        manifestPreprocessorTXml: (mpd: shaka.extern.xml.Node) => {
          lowLatency = takeLowLatency(mpd);
          periods = periodQualities(mpd);
          named = captionsNamed(mpd);
          codec = useOneCodec(mpd, codec);
        },
      },
    },
    streaming: { retryParameters, bufferingGoal: 12, rebufferingGoal, bufferBehind: 30 },
    abrFactory: () => growingAbrManager(shaka),
    textDisplayFactory: (from: shaka.Player) => lateCaptionsDisplayer(shaka, from),
    ...(maxHeight && { abr: { restrictions: { maxHeight } } }),
  });
  player.configurationForLowLatency(lowLatencyConfiguration);

  let beganLive = false;
  const isRetried = retryLive(shaka, player, () => ({ beganLive, foretells: lowLatency !== undefined }));
  const { LOAD_INTERRUPTED, OPERATION_ABORTED } = shaka.util.Error.Code;
  /** Another load started or the player was destroyed, so nobody is waiting for this load. */
  const isInterruption = (cause: unknown) =>
    cause instanceof Object &&
    'code' in cause &&
    [LOAD_INTERRUPTED, OPERATION_ABORTED].some((code) => code === cause.code);

  // Whatever the loaded manifest's addresses carry: a renewed link must not interrupt playback.
  player.getNetworkingEngine()?.registerRequestFilter((_, request) => {
    request.uris = request.uris.map((uri) => swapToken(uri, token()));
  });

  player.getNetworkingEngine()?.registerRequestFilter(meterGrowing);

  const stalls = new StallMeter();
  player.getNetworkingEngine()?.registerRequestFilter((_, request) => {
    const stalledMs = stalls.totalMs(performance.now());
    request.uris = request.uris.map((uri) => (isPreview ? uncounted(uri) : withStalls(uri, stalledMs)));
  });
  video.addEventListener('playing', () => stalls.playing());
  video.addEventListener('pause', () => stalls.moved(performance.now()));
  /** The next seek is the player's own: the viewer waits as before. */
  let seeksItself = false;
  video.addEventListener('seeking', () => {
    if (!seeksItself) stalls.moved(performance.now());
    seeksItself = false;
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
    if (detail.severity === shaka.util.Error.Severity.CRITICAL && !isRetried(detail))
      onFailed(playbackError(detail));
  });

  // The first refused manifest or segment is enough: shaka would retry and keep playing from its buffer.
  player.addEventListener('downloadfailed', (event) => {
    const { httpResponseCode, request, error } = event as Event & DownloadFailure;
    if (httpResponseCode === takenDownStatus) onRefused('taken-down');
    // The edge may have held the request since before the link was renewed.
    else if (httpResponseCode === linkFaultStatus && !request.uris.some((uri) => isOutdated(uri, token())))
      onRefused(linkFaultOf(String(error?.data?.[2] ?? '')));
  });

  const latencyAt = (position: number) =>
    player.isLive()
      ? latencyMs({
          localNowMs: Date.now(),
          clockOffsetMs: offsetMs,
          playheadMs: wallClockMs(player, position),
        })
      : undefined;
  const sync = new LiveSync(video, {
    latencyMs: () => latencyAt(video.currentTime),
    manifestTargetMs: () => lowLatency?.targetMs ?? latencyAt(player.seekRange().end) ?? 0,
    setRate: (rate) => {
      // 0 is shaka's own, while it buffers.
      if (video.playbackRate !== rate && video.playbackRate !== 0) video.playbackRate = rate;
    },
    jump: (byMs) => {
      seeksItself = true;
      video.currentTime = Math.min(player.seekRange().end, video.currentTime + byMs / 1_000);
    },
  });
  player.addEventListener('buffering', (event) => {
    const { buffering } = event as Event & { readonly buffering: boolean };
    stalls.buffering(buffering, performance.now());
    if (buffering) sync.starved();
  });

  let chosenId: string | undefined;
  let captionsId: string | undefined;
  /** Of the load that is under way or done. */
  let isAudioOnly = false;
  const tracks = () => player.getVideoTracks().filter(({ height }) => (height ?? 0) > 0);
  const facts = (): PlaybackFacts => {
    const active = tracks().find((track) => track.active);
    const known = periods ? qualitiesAt(periods, video.currentTime) : tracks().map(qualityOf);
    const qualities = known.filter(({ height }) => height <= (maxHeight ?? Number.POSITIVE_INFINITY));
    const live = player.isLive();
    return {
      live,
      // Who paused before this was loaded goes to the edge with the next play, but isn't there.
      following: live && sync.following && !video.paused,
      ended: beganLive && !live,
      range: player.seekRange(),
      soundAlone: player.isAudioOnly(),
      qualities,
      shownQuality: shownQuality(video.videoHeight, qualities, active && qualityOf(active)),
      chosenQualityId: chosenId,
      offersAudioOnly: qualities.length > 0 && player.getAudioTracks().length > 0,
      streamStart: periods || !live ? 0 : undefined,
      clockStartMs: finite(wallClockMs(player, 0)),
      captions: captionTracks(player.getTextTracks(), named),
      chosenCaptionsId: captionsId,
      latencyMs: latencyAt(video.currentTime),
    };
  };
  const loadedCaptions = () => player.getTextTracks().find((track) => captionIdOf(track) === captionsId);
  const chosenTrack = () =>
    tracks()
      .filter((candidate) => qualityOf(candidate).id === chosenId)
      .toSorted((a, b) => b.bandwidth - a.bandwidth)[0];
  const apply = () => {
    const track = chosenTrack();
    player.configure('abr.enabled', track === undefined);
    // Keep 2 s of the buffer, so that the switch shows soon but without a stall.
    if (track) player.selectVideoTrack(track, true, 2);
  };
  // Where a segment of the chosen one isn't there (its encoder gave it up), Shaka takes another track for a while, and stays with it.
  const keeper = setInterval(() => {
    if (chosenTrack()?.active === false) apply();
  }, keepChoiceEveryMs);

  return {
    swapsTokens: true,
    async load({ url, from }, position) {
      lowLatency = undefined;
      periods = undefined;
      named = [];
      codec = undefined;
      beganLive = false;
      isAudioOnly = chosenId === audioOnlyId;
      player.configure('manifest.disableVideo', isAudioOnly);
      stalls.loading();
      // What a low-latency target set before stays otherwise.
      player.configure('streaming.rebufferingGoal', rebufferingGoal);
      sync.follow(from === 'live' && position === undefined);
      seeksItself = true;
      try {
        await player.load(url, position ?? (from === 'start' ? 0 : null));
      } catch (cause) {
        if (isInterruption(cause)) return;
        throw playbackError(cause);
      } finally {
        seeksItself = false;
      }
      beganLive = player.isLive();
      if (chosenId !== undefined) apply();
      if (captionsId !== undefined) player.selectTextTrack(loadedCaptions() ?? null);
    },
    facts,
    selectQuality(id) {
      chosenId = id;
      if (!isAudioOnly && id !== audioOnlyId) apply();
    },
    get mustReload() {
      // Shaka reads captions only of pictures whose track had them from the beginning.
      const lacksCaptions = captionsId !== undefined && !isAudioOnly && loadedCaptions() === undefined;
      return lacksCaptions || isAudioOnly !== (chosenId === audioOnlyId);
    },
    details() {
      const { estimatedBandwidth } = player.getStats();
      const [active] = player.getVariantTracks().filter((track) => track.active);
      return {
        throughputBps: estimatedBandwidth > 0 ? estimatedBandwidth : undefined,
        codecs: active?.codecs ?? undefined,
        targetLatencyMs: player.isLive() && sync.following ? sync.targetMs : undefined,
      };
    },
    selectCaptions(id) {
      captionsId = id;
      player.selectTextTrack(loadedCaptions() ?? null);
    },
    goToLive() {
      player.goToLive();
      sync.follow(true);
    },
    seek(position) {
      const { end } = player.seekRange();
      video.currentTime = position;
      sync.follow(end - position <= atEdgeSeconds);
    },
    async unload() {
      await player.unload();
    },
    async destroy() {
      clearInterval(keeper);
      sync.destroy();
      await player.destroy();
    },
  };
}

/** What shaka's event says; `data[2]` is the body of the response. */
interface DownloadFailure {
  readonly httpResponseCode?: number;
  readonly request: Pick<shaka.extern.Request, 'uris'>;
  readonly error?: { readonly data?: readonly unknown[] } | null;
}

const keepChoiceEveryMs = 1_000;

/** Who seeks this near to the live edge wants to be there. */
const atEdgeSeconds = 1;

/** Added to the configuration for manifests with parts or growing segments. */
const lowLatencyConfiguration = {
  streaming: {
    // Less than a part: a viewer at the target has one to two seconds.
    rebufferingGoal: 0.25,
    inaccurateManifestTolerance: 0,
    segmentPrefetchLimit: 2,
    updateIntervalSeconds: 0.1,
    retryParameters: { ...retryParameters, baseDelay: 100 },
  },
  manifest: { dash: { autoCorrectDrift: false }, retryParameters: { ...retryParameters, baseDelay: 100 } },
};

/**
 * Wall-clock time of a position in ms; NaN if the manifest has no clock. shaka knows it of its playhead alone, which it clamps to the
 * seek range, but playback may be beyond its end: this adds the clamped part back.
 */
function wallClockMs(player: shaka.Player, position: number): number {
  const { start, end } = player.seekRange();
  const playhead = player.getMediaElement()?.currentTime ?? Number.NaN;
  const clamped = Math.min(end, Math.max(start, playhead));
  const date = player.getPlayheadTimeAsDate();
  return date ? date.getTime() + (position - clamped) * 1000 : Number.NaN;
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
    id: qualityId({ height, frameRate }),
    height,
    frameRate,
    bandwidthBps: track.bandwidth,
  };
}

function playbackError(cause: unknown): PlaybackError {
  const code = cause instanceof Object && 'code' in cause ? ` (shaka ${String(cause.code)})` : '';
  return new PlaybackError(`The video couldn’t be played${code}.`, { cause });
}

const finite = (value: number): number | undefined => (Number.isNaN(value) ? undefined : value);
