import { epochMark } from '../../../object-store/epoch-mark.ts';
import {
  broadcastPrefix,
  dashManifestName,
  hlsIndexName,
  hlsPlaylistName,
  streamPrefix,
} from '../../../object-store/object-names.ts';
import { dashManifest } from '../../../packaging/dash/manifest.ts';
import type { DashModel } from '../../../packaging/dash/model.ts';
import { mediaPlaylist } from '../../../packaging/hls/media.ts';
import { multivariantPlaylist } from '../../../packaging/hls/multivariant.ts';
import { fallbackDashModel, fallbackDelayMs } from './dash/low-latency-dash.ts';
import { dashModel } from './dash/publication-dash.ts';
import { mediaPlaylistModel, multivariantModel } from './hls/publication-hls.ts';
import { ratesMark } from './measured-rates.ts';
import { type ObjectWrite, objectWrite } from './object-write.ts';
import type { PublicationOptions, PublicationState } from './publication-model.ts';
import { indexMarks } from './recovery/index-marks.ts';

/** Where a broadcast's objects are. */
export const prefixOf = ({ region, streamId, broadcastId }: PublicationOptions): string =>
  broadcastPrefix(region, streamId, broadcastId);

/** The store's media playlists of what it has. */
export function storedPlaylists(state: PublicationState): ObjectWrite[] {
  const { options, ended, renditions } = state;
  const shown = ended ? Number.POSITIVE_INFINITY : options.windowSegments;
  return renditions.map(({ id, rates }) => {
    const model = mediaPlaylistModel(state, id, shown);
    const live = isFallback(state) ? { ...model, holdBackSeconds: fallbackDelayMs / 1000 } : model;
    const text = mediaPlaylist(live) + (!ended && rates ? ratesMark(rates) : '');
    return replaced(options, `${prefixOf(options)}${id}/${hlsPlaylistName}`, text);
  });
}

/**
 * What links to the playlists and segments: the broadcast's objects, then the stream's. MPDs name every segment and change
 * with each; multivariant playlists are included where `marked` is given, what another worker is told of. `nowMs`: Unix time.
 */
export function storedManifests(
  state: PublicationState,
  marked: PublicationState | undefined,
  nowMs: number,
): [broadcast: ObjectWrite[], stream: ObjectWrite[]] {
  const { options } = state;
  const { region, streamId, broadcastId } = options;
  const own = prefixOf(options);
  const mpd = (prefix: string, base: string): ObjectWrite =>
    replaced(options, prefix + dashManifestName, dashManifest(dash(state, base, nowMs)));
  const ofStream = streamPrefix(region, streamId);
  const base = `${broadcastId}/`;
  return [
    [...(marked ? [storedIndex(state, marked)] : []), mpd(own, '')],
    [...(marked ? [index(state, ofStream, base, '')] : []), mpd(ofStream, base)],
  ];
}

/** The broadcast's multivariant playlist, with marks of what another worker is told of. */
export const storedIndex = (state: PublicationState, marked: PublicationState): ObjectWrite =>
  index(state, prefixOf(state.options), '', state.ended ? '' : indexMarks(marked));

const index = (state: PublicationState, prefix: string, base: string, marks: string): ObjectWrite =>
  replaced(
    state.options,
    prefix + hlsIndexName,
    multivariantPlaylist(multivariantModel(state, base)) + marks,
  );

function dash(state: PublicationState, base: string, nowMs: number): DashModel {
  if (!isFallback(state)) return dashModel(state, base, nowMs);
  if (state.options.latency !== 'standard') return fallbackDashModel(state, base, nowMs);
  return { ...dashModel(state, base, nowMs), suggestedPresentationDelayMs: fallbackDelayMs };
}

/** What the store's playlists tell is seconds old, and only read while the live origin is away. */
const isFallback = ({ ended, options }: PublicationState): boolean => !ended && options.liveOrigin !== false;

const replaced = ({ epoch }: PublicationOptions, key: string, text: string): ObjectWrite =>
  objectWrite(key, [Buffer.from(text + epochMark(key, epoch), 'utf8')], 'replace');
