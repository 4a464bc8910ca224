import HLS from 'hls-parser';

/** An HLS rendition as fetched by an independent player: every segment in its playlist, in order. */
export interface FetchedRendition {
  readonly playlist: HLS.types.MediaPlaylist;
  /** Init segment and media segments, concatenated: one fragmented MP4. */
  readonly media: Uint8Array;
}

async function fetchText(url: string): Promise<string> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return await answer.text();
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${answer.status} for ${url}`);
  return new Uint8Array(await answer.arrayBuffer());
}

export async function fetchMultivariant(url: string): Promise<HLS.types.MasterPlaylist> {
  const playlist = HLS.parse(await fetchText(url));
  if (!playlist.isMasterPlaylist) throw new Error(`${url} is not a multivariant playlist`);
  return playlist as HLS.types.MasterPlaylist;
}

export async function fetchMediaPlaylist(url: string): Promise<HLS.types.MediaPlaylist> {
  const playlist = HLS.parse(await fetchText(url));
  if (playlist.isMasterPlaylist) throw new Error(`${url} is not a media playlist`);
  return playlist as HLS.types.MediaPlaylist;
}

/** Fetches the complete rendition of this height from a multivariant playlist. */
export async function fetchRendition(multivariantUrl: string, height: number): Promise<FetchedRendition> {
  const variant = (await fetchMultivariant(multivariantUrl)).variants.find(
    (one) => one.resolution?.height === height,
  );
  if (!variant) throw new Error(`No rendition of height ${height}`);
  const url = new URL(variant.uri, multivariantUrl).href;
  const playlist = await fetchMediaPlaylist(url);
  const maps = [...new Set(playlist.segments.flatMap(({ map }) => (map ? [map.uri] : [])))];
  const uris = [...maps, ...playlist.segments.map(({ uri }) => uri)];
  const pieces = await Promise.all(uris.map((uri) => fetchBytes(new URL(uri, url).href)));
  return { playlist, media: Buffer.concat(pieces) };
}
