import {
  type DashManifest,
  type HlsTrack,
  parseDash,
  parseMediaPlaylist,
  parseMultivariant,
} from '../../lib/canary/manifests.ts';

/** The media playlists of a multivariant playlist, the best pictures first. */
export async function readHls(url: string): Promise<HlsTrack[]> {
  const playlists = parseMultivariant(await textOf(url), url);
  return await Promise.all(
    playlists.map(async (playlist) => parseMediaPlaylist(await textOf(playlist.url), playlist)),
  );
}

export async function readDash(url: string): Promise<DashManifest> {
  return parseDash(await textOf(url), url, Date.now());
}

async function textOf(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return await answer.text();
}
