import { hlsPlaylistName, segmentName } from '../../../../object-store/object-names.ts';
import type { HlsSegment, MediaPlaylistModel } from '../../../../packaging/hls/media.ts';
import type {
  HlsAudioRendition,
  HlsVideoRendition,
  MultivariantModel,
} from '../../../../packaging/hls/multivariant.ts';
import { segmentSeconds, segmentStartMs } from '../../../../packaging/segment-grid.ts';
import { type MeasuredRates, measuredSegment, measureRates } from '../measured-rates.ts';
import type { PublicationState, PublishedPeriod } from '../publication-model.ts';
import type { Rendition } from '../rendition.ts';

/**
 * A rendition's media playlist: its last `windowSegments`, or everything from the first segment on. If the rendition lacks a
 * segment, a neighbour's replaces it (the next one below, else above), so a rendition that was shed or that started later stays
 * playable. If no rendition has it, it is a gap. Every period begins with a discontinuity, in all playlists alike (RFC 8216 6.2.4).
 */
export function mediaPlaylistModel(
  state: PublicationState,
  id: string,
  windowSegments = Number.POSITIVE_INFINITY,
): MediaPlaylistModel {
  const { periods, ended } = state;
  const candidates = candidatesFor(state, id);
  const firstNumber = periods[0]?.fromNumber ?? 0;
  const from = Math.max(firstNumber, (periods.at(-1)?.toNumber ?? -1) - windowSegments + 1);
  const segments: HlsSegment[] = [];
  let discontinuitySequence = 0;
  let next = from;
  periods.forEach((period, index) => {
    if (index > 0 && period.fromNumber < from) discontinuitySequence++;
    for (; next < period.fromNumber; next++) segments.push(missing(state, id, next, period));
    for (; next <= period.toNumber; next++) {
      const segment = present(state, candidates, next, period) ?? missing(state, id, next, period);
      segments.push(index > 0 && next === period.fromNumber ? { ...segment, discontinuity: true } : segment);
    }
  });
  return {
    targetDurationSeconds: segmentSeconds,
    mediaSequence: from,
    discontinuitySequence,
    ...(ended ? { type: 'VOD' as const } : {}),
    ended,
    segments,
  };
}

/**
 * While live, the renditions being made now; in a recording, all that ever existed, with the bit rates measured over their
 * playlists. URIs begin with `base`.
 */
export function multivariantModel(state: PublicationState, base: string): MultivariantModel {
  const current = state.periods.at(-1)?.headers;
  const shown = state.renditions.filter(({ id }) => state.ended || current?.has(id));
  const video: HlsVideoRendition[] = [];
  let audio: HlsAudioRendition | undefined;
  for (const rendition of shown) {
    const { id, header } = rendition;
    const { peakBps, averageBps } =
      (state.ended && playlistRates(state, rendition)) || expectedRates(rendition);
    const common = {
      uri: `${base}${id}/${hlsPlaylistName}`,
      codecs: header.codecs,
      bandwidthBps: peakBps,
      averageBandwidthBps: averageBps,
    };
    if (header.kind === 'audio') audio = { ...common, name: 'Audio', channels: header.channels };
    else {
      const { width, height, frameRate } = header;
      video.push({ ...common, width, height, frameRate });
    }
  }
  return { video, audio, ...(state.captions && { captions: state.captions }) };
}

const expectedRates = ({ header, rates }: Rendition): MeasuredRates => ({
  peakBps: Math.max(rates?.peakBps ?? 0, header.bitrateBps * 1.1),
  averageBps: header.bitrateBps,
});

/** The rates of what its playlist names, including segments of neighbours. */
function playlistRates(state: PublicationState, rendition: Rendition): MeasuredRates | undefined {
  const candidates = candidatesFor(state, rendition.id);
  const from = state.periods[0]?.fromNumber ?? 0;
  const count = (state.periods.at(-1)?.toNumber ?? -1) - from + 1;
  const segments = Array.from({ length: count }, (_, at) => {
    const source = candidates.find(({ segments }) => segments.has(from + at));
    return source && measuredSegment(source.segments.get(from + at), source.header.timescale);
  });
  const rates = measureRates(segments);
  return rates && { ...rates, peakBps: Math.max(rates.peakBps, rendition.rates?.peakBps ?? 0) };
}

/** Whose segments a rendition's playlist may name, in this order: its own first. */
export function candidatesFor({ renditions }: PublicationState, id: string): Rendition[] {
  const at = renditions.findIndex((rendition) => rendition.id === id);
  const own = renditions[at];
  if (own?.header.kind !== 'video') return own ? [own] : [];
  const video = renditions.filter(({ header }) => header.kind === 'video');
  return [...video.slice(at), ...video.slice(0, at).reverse()];
}

function present(
  state: PublicationState,
  candidates: readonly Rendition[],
  number: number,
  period: PublishedPeriod,
): HlsSegment | undefined {
  const from = candidates.find(({ segments }) => segments.has(number));
  const facts = from?.segments.get(number);
  if (!from || !facts) return undefined;
  const { timescale } = from.header;
  const folder = from === candidates[0] ? '' : `../${from.id}/`;
  return {
    uri: folder + segmentName(number),
    mapUri: folder + period.initName,
    durationSeconds: facts.durationTicks / timescale,
    programDateTimeMs: wallClockMs(state, facts.startTicks, timescale),
  };
}

export const wallClockMs = ({ options }: PublicationState, ticks: number, timescale: number): number =>
  options.startedAtMs + Math.round((ticks * 1000) / timescale);

function missing(state: PublicationState, id: string, number: number, period: PublishedPeriod): HlsSegment {
  const made = period.headers.has(id);
  const folder = made ? '' : `../${[...period.headers.keys()][0]}/`;
  return {
    uri: folder + segmentName(number),
    mapUri: folder + period.initName,
    durationSeconds: segmentSeconds,
    programDateTimeMs: state.options.startedAtMs + segmentStartMs(number),
    gap: true,
  };
}
