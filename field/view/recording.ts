import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import type { HlsTrack, ManifestTrack } from '../../lib/canary/manifests.ts';
import { dashFaults, earlyEnds, hlsFaults } from '../../lib/canary/policy/segments.ts';
import { piecesOf } from '../../lib/canary/watching/pieces.ts';
import { readDash, readHls } from './manifest.ts';

/** A broadcast that has ended, read back through both manifests. */
export interface Recorded {
  readonly tracks: readonly HlsTrack[];
  /** What is wrong with the manifests and what they list, in words. */
  readonly faults: readonly string[];
  /** The pieces of a track that one decoder plays: init segment and segments. */
  pieces(track: HlsTrack): Buffer[];
}

export async function readRecording(playback: { hls: string; dash: string }): Promise<Recorded> {
  const { tracks, dash } = await endedManifests(playback);
  const uris = [...tracks, ...dash.tracks].flatMap(({ segments }) =>
    segments.flatMap(({ uri, map, gap }) => (gap === true ? [map] : [map, uri])),
  );
  const bodies = new Map(
    await pMap([...new Set(uris)], async (uri) => [uri, await body(uri)] as const, { concurrency: 8 }),
  );
  const served = <Track extends ManifestTrack>(track: Track) => ({
    ...track,
    segments: track.segments.map((segment) => ({
      ...segment,
      served: bodies.get(segment.uri) !== undefined,
    })),
  });
  const kinds = (list: readonly ManifestTrack[]) => [...new Set(list.map(({ kind }) => kind))].sort().join();
  return {
    tracks,
    faults: [
      ...tracks.flatMap((track) => hlsFaults(served(track))),
      ...dash.tracks.flatMap((track) => dashFaults(served(track), dash)),
      ...earlyEnds(dash.tracks.map(served), dash),
      ...(dash.ended && tracks.every(({ ended }) => ended) ? [] : ['a manifest is not marked as ended']),
      ...(kinds(tracks) === kinds(dash.tracks)
        ? []
        : [`HLS has ${kinds(tracks)}, DASH has ${kinds(dash.tracks)}`]),
    ],
    pieces: (track) => piecesOf(track.segments, bodies),
  };
}

/** How often manifests are requested until they are marked as ended: caches keep them for 1 s. */
const endTries = 25;
const endRetryMs = 200;

async function endedManifests({ hls, dash }: { hls: string; dash: string }) {
  for (let tries = 1; ; tries++) {
    const read = { tracks: await readHls(hls), dash: await readDash(dash) };
    const ended = read.dash.ended && read.tracks.every((track) => track.ended);
    if (ended || tries === endTries) return read;
    await sleep(endRetryMs);
  }
}

async function body(uri: string): Promise<Buffer | undefined> {
  const answer = await fetch(uri);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return answer.status === 200 ? bytes : undefined;
}
