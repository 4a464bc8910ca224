import HLS from 'hls-parser';

// It would write to the console what it takes for a fault, such as `HOLD-BACK` without blocking reloads in what the origin keeps.
HLS.setOptions({ silent: true });

/** An HLS rendition as fetched by an independent player: every segment in its playlist, in order. */
export interface FetchedRendition {
  readonly playlist: HLS.types.MediaPlaylist;
  /** Init segments and media segments, concatenated in the order of the playlist. */
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

/** Its whole segments: without the one that grows in parts, to which the parser gives no URI. */
export async function fetchMediaPlaylist(url: string): Promise<HLS.types.MediaPlaylist> {
  const parsed = HLS.parse(await fetchText(url));
  if (parsed.isMasterPlaylist) throw new Error(`${url} is not a media playlist`);
  const playlist = parsed as HLS.types.MediaPlaylist;
  const segments = playlist.segments.filter(({ uri }) => uri !== '');
  return Object.assign(playlist, { segments });
}

/** Fetches the complete rendition of this height from a multivariant playlist. */
export async function fetchRendition(multivariantUrl: string, height: number): Promise<FetchedRendition> {
  const variant = (await fetchMultivariant(multivariantUrl)).variants.find(
    (one) => one.resolution?.height === height,
  );
  if (!variant) throw new Error(`No rendition of height ${height}`);
  const url = new URL(variant.uri, multivariantUrl).href;
  const playlist = await fetchMediaPlaylist(url);
  let map = '';
  const uris = playlist.segments.flatMap((segment) => {
    if (!segment.map || segment.map.uri === map) return [segment.uri];
    map = segment.map.uri;
    return [map, segment.uri];
  });
  const pieces = await Promise.all(uris.map((uri) => fetchBytes(new URL(uri, url).href)));
  return { playlist, media: Buffer.concat(pieces) };
}
