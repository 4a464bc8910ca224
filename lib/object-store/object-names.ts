import type { BroadcastId, StreamId } from '../routing/ids.ts';

/**
 * Object keys, which are also the paths below the playback base. The region comes first, so that one distribution
 * serves every region with one behaviour each.
 *
 *     <region>/<stream>/index.m3u8, manifest.mpd         the stream's latest broadcast; the URLs given to players
 *     <region>/<stream>/poster.jpg, storyboard.vtt       pictures of the stream's latest broadcast
 *     <region>/<stream>/<broadcast>/index.m3u8, manifest.mpd                           one broadcast, the recording
 *     <region>/<stream>/<broadcast>/download-<id>.mp4                the recording, or a clip of it, as one file
 *     <region>/<stream>/<broadcast>/poster.jpg, storyboard.vtt, storyboard-<from>-<count>-<epoch>.jpg
 *     <region>/<stream>/<broadcast>/<rendition>/playlist.m3u8, init-<epoch>[-<n>].mp4, <number>.m4s
 *     <region>/<stream>/<broadcast>/<rendition>/<number>.<part>-<epoch>-<run>.m4s   a part; never in the object store
 *     quarantine/<region>/<stream>/…                     objects that were taken down; viewers can't read them
 *
 * Inside a broadcast every reference is relative. Segment numbers follow the grid and are written once
 * (`If-None-Match: *`), init segments carry the epoch that first wrote them, playlists are written by `If-Match`.
 */
export const streamPrefix = (region: string, stream: StreamId): string => `${region}/${stream}/`;

export const broadcastPrefix = (region: string, stream: StreamId, broadcast: BroadcastId): string =>
  `${region}/${stream}/${broadcast}/`;

/** Objects of a stream that is taken down keep their keys below this prefix, which no edge reads. */
export const quarantinePrefix = 'quarantine/';

export const hlsIndexName = 'index.m3u8';
export const dashManifestName = 'manifest.mpd';
export const hlsPlaylistName = 'playlist.m3u8';
/** `generation` counts codec parameter changes within an epoch. */
export const initName = (epoch: number, generation = 0): string =>
  generation === 0 ? `init-${epoch}.mp4` : `init-${epoch}-${generation}.mp4`;
export const segmentName = (number: number): string => `${number}.m4s`;
/** A picture of the broadcast, for lists and previews. */
export const posterName = 'poster.jpg';
/** Which picture shows which time (WebVTT); its cues name sprites, relative to itself. */
export const storyboardName = 'storyboard.vtt';
/**
 * A sprite: one picture each of `count` cells of the storyboard, from `from` on, one below the other. What a worker has made of a cell
 * it never makes otherwise, so the name stands for the same bytes for ever. Whole ones are in the object store; shorter ones, that
 * show what is younger, only in the worker's memory.
 */
export const spriteName = (from: number, count: number, epoch: number): string =>
  `storyboard-${from}-${count}-${epoch}.jpg`;
/** What `spriteName` gives: first cell, cells, epoch. */
export const spriteNamePattern = /^storyboard-(0|[1-9][0-9]{0,6})-([1-9][0-9]?)-([1-9][0-9]{0,9})\.jpg$/;
/**
 * A part lives only in its worker's memory and in caches. Its name says which encoder made it, so that no player joins it to
 * another's pictures: `run` counts the encoders of an epoch from 1.
 */
export const partName = (number: number, index: number, epoch: number, run: number): string =>
  `${number}.${index}-${epoch}-${run}.m4s`;
/** What `partName` gives: segment, part, epoch and run. */
export const partNamePattern = /^(0|[1-9][0-9]{0,6})\.([0-9]|10)-([1-9][0-9]{0,9})-([1-9][0-9]{0,5})\.m4s$/;

/** A recording, or a clip of it, as one file; it may have many gigabytes. */
export const downloadName = (id: string): string => `download-${id}.mp4`;
/** What `downloadName` gives, at the end of a path. */
export const downloadPathPattern = /\/download-[0-9a-z]{12}\.mp4$/;
