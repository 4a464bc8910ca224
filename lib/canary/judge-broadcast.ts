import pMap from 'p-map';
import { segmentMs } from '../packaging/segment-grid.ts';
import { frameRate, type WatchedBroadcast } from './broadcast.ts';
import type { HlsTrack, ManifestTrack } from './manifests.ts';
import { judgePictures, judgeSound, type ShownRendition, type SoundFound } from './policy/av.ts';
import type { Check } from './policy/check.ts';
import { followTimes } from './policy/continuity.ts';
import { judgeCache, judgeFreshness, judgeHeaders } from './policy/delivery.ts';
import { judgeLatency, type SegmentTimes } from './policy/latency.ts';
import { judgeOnAir } from './policy/on-air.ts';
import { followPictures, type ShownPicture } from './policy/pictures.ts';
import { simulatePlayer } from './policy/playhead.ts';
import { judgeContinuity, judgeRenditions } from './policy/renditions.ts';
import type { ListedTrack } from './policy/segments.ts';
import { type Beep, findBeeps, findSilences, type Stretch } from './policy/sound.ts';
import { offsetsAt } from './policy/step.ts';
import { beepEveryMs, flashMs } from './policy/test-sound.ts';
import type { Decoder } from './ports.ts';
import { piecesOf } from './watching/pieces.ts';

/** Decodes everything that players got of a broadcast of this many seconds, and judges it. */
export async function judgeBroadcast(
  watched: WatchedBroadcast,
  seconds: number,
  decoder: Decoder,
): Promise<Check[]> {
  const onAir = judgeOnAir(watched);
  if (watched.onAirMs === undefined) return [onAir];
  const { log, hls, dash, reported, special, standstills } = watched;
  const served = <Track extends ManifestTrack>(track: Track): Track & ListedTrack => ({
    ...track,
    segments: track.segments.map((segment) => ({ ...segment, served: log.bodies.has(segment.uri) })),
  });
  const sourceMs = Array.from({ length: Math.round(seconds * frameRate) }, (_, n) => (n * 1000) / frameRate);
  const videos = hls.filter(({ kind }) => kind === 'video');
  const shown: ShownRendition[] = [];
  let best: readonly ShownPicture[] = [];
  // One after another: decoders of all renditions at once would starve a small machine.
  for (const track of videos) {
    const { pictures, complaints } = await showPictures(piecesOf(track.segments, log.bodies), decoder);
    if (track === videos[0]) best = pictures;
    shown.push({ id: track.id, complaints, pictures: followPictures(pictures, sourceMs, sourceMs.keys()) });
  }
  const sound = await hearSound(
    piecesOf(hls.find(({ kind }) => kind === 'audio')?.segments ?? [], log.bodies),
    decoder,
  );
  const hlsTracks = hls.map(served);
  const dashTracks = dash.tracks.map(served);
  return [
    onAir,
    judgeRenditions({ reported, hls: hlsTracks, dash: dashTracks }),
    judgeContinuity({
      ...watched,
      hls: hlsTracks.map((track) => ({ ...track, breaks: breaksOf(track, log.bodies) })),
      dash: dashTracks,
      dashEnded: dash.ended,
      ...(dash.longestMs !== undefined && { dashLongestMs: dash.longestMs }),
      discontinuities: Math.max(
        0,
        ...hls.map(({ segments }) => segments.filter(({ discontinuity }) => discontinuity).length),
      ),
      publishedMs: seconds * 1000,
      stalls: videos.flatMap((track) => stallOf(track, watched.arrivedAtMs)),
    }),
    judgePictures(shown, sourceMs.length),
    judgeSound(soundFound(best, sound, sourceMs)),
    judgeLatency(videos.flatMap((track) => segmentTimes(track, watched, best))),
    judgeFreshness({ delivered: log.delivered, standstills }),
    judgeCache(log.delivered),
    judgeHeaders(log.delivered, special),
  ];
}

async function showPictures(pieces: readonly Buffer[], decoder: Decoder) {
  const seen = await pMap(pieces, (piece) => decoder.pictures(piece), { concurrency: 1 });
  return {
    pictures: seen.flatMap(({ pictures }) => pictures),
    complaints: seen.flatMap(({ complaints }) => complaints),
  };
}

interface Heard {
  readonly beeps: readonly Beep[];
  readonly silences: readonly Stretch[];
  readonly complaints: readonly string[];
}

async function hearSound(pieces: readonly Buffer[], decoder: Decoder): Promise<Heard> {
  const heard = await pMap(pieces, (piece) => decoder.sound(piece), { concurrency: 1 });
  return {
    beeps: heard.flatMap(({ sound }) => findBeeps(sound)),
    silences: heard.flatMap(({ sound }) => findSilences(sound)),
    complaints: heard.flatMap(({ complaints }) => complaints),
  };
}

function soundFound(best: readonly ShownPicture[], heard: Heard, sourceMs: readonly number[]): SoundFound {
  const publishedMs = sourceMs.length * (1000 / frameRate);
  // The end may cut a beep off, which then is none.
  const beepsSent = Math.floor((publishedMs - flashMs) / beepEveryMs) + 1;
  const { beeps, silences, complaints } = heard;
  return {
    offsets: offsetsAt(best, beeps, sourceMs),
    silences: silences.filter(({ atMs }) => atMs < publishedMs - endOfSoundMs),
    lostBeeps: Math.max(0, beepsSent - beeps.length),
    complaints,
  };
}

/** An encoder pads its last frames with silence. */
const endOfSoundMs = 100;

/** The segments of a track with their media times, counted from the first. */
function placed({ segments }: ManifestTrack) {
  const first = Number(/(\d+)\.[a-z0-9]+$/.exec(segments[0]?.uri ?? '')?.[1] ?? 0);
  let endMs = first * segmentMs;
  return segments.map(({ uri, durationMs }) => {
    const startMs = endMs;
    endMs += durationMs;
    return { uri, startMs, endMs };
  });
}

function stallOf(track: ManifestTrack, arrivedAtMs: ReadonlyMap<string, number>) {
  const arrivals = placed(track).flatMap(({ uri, startMs, endMs }) => {
    const atMs = arrivedAtMs.get(uri);
    return atMs === undefined ? [] : [{ mediaStartMs: startMs, mediaEndMs: endMs, arrivedAtMs: atMs }];
  });
  const playback = simulatePlayer(arrivals);
  return playback ? [{ id: track.id, stalledMs: playback.stalledMs }] : [];
}

/** Stream time begins with the first picture; what was sent is measured from picture 0. */
function segmentTimes(
  track: ManifestTrack,
  { sentFromMs, arrivedAtMs }: WatchedBroadcast,
  best: readonly ShownPicture[],
): SegmentTimes[] {
  const first = best.find(({ number }) => number !== undefined);
  if (sentFromMs === undefined || first?.number === undefined) return [];
  const zeroMs = first.atMs - (first.number * 1000) / frameRate;
  return placed(track).flatMap(({ uri, endMs }) => {
    const atMs = arrivedAtMs.get(uri);
    return atMs === undefined ? [] : [{ sentAtMs: sentFromMs + endMs - zeroMs, arrivedAtMs: atMs }];
  });
}

function breaksOf({ segments }: HlsTrack, bodies: ReadonlyMap<string, Buffer>): number {
  return followTimes(
    segments.map(({ uri, discontinuity = false, gap = false }, number) => {
      const media = bodies.get(uri);
      return { number, discontinuity, gap, ...(media && { media }) };
    }),
  ).breaks;
}
