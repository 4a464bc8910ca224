import HLS from 'hls-parser';
import { parseStrictly } from '../../../testkit/media/strict-playlist.ts';

/** What comes after the newest thing that a playlist names. */
export interface NextPart {
  readonly msn: number;
  readonly part: number;
}

export interface Directives {
  readonly msn?: number;
  readonly part?: number;
  readonly skip?: 'YES' | 'v2';
}

export interface ServedPart {
  readonly uri: string;
  readonly duration: number;
  readonly independent: boolean;
  readonly msn: number;
}

/** A media playlist without skipped segments, as an independent parser reads it. */
export class ServedPlaylist {
  readonly text: string;
  readonly read: HLS.types.MediaPlaylist;
  readonly parts: readonly ServedPart[];
  readonly hint: string | undefined;
  /** Of whole segments. */
  readonly whole: readonly HLS.types.Segment[];
  readonly next: NextPart;

  constructor(text: string) {
    this.text = text;
    // It throws what it finds wrong, and takes every EXT-X-SERVER-CONTROL for one of low latency, which a stored playlist's isn't.
    const read = text.includes('#EXT-X-PART-INF') ? parseStrictly(text) : HLS.parse(text);
    if (read.isMasterPlaylist) throw new Error('Not a media playlist');
    this.read = read as HLS.types.MediaPlaylist;
    const { segments } = this.read;
    const named = segments.flatMap(({ parts, mediaSequenceNumber }) =>
      parts.map((part) => ({ ...part, msn: mediaSequenceNumber })),
    );
    this.hint = named.find((part) => part.hint)?.uri;
    this.parts = named
      .filter((part) => !part.hint)
      .map(({ uri, duration = Number.NaN, independent = false, msn }) => ({
        ...{ uri, duration, independent, msn },
      }));
    this.whole = segments.filter(({ uri }) => uri);
    const msn = this.whole.at(-1)!.mediaSequenceNumber + 1;
    this.next = { msn, part: this.parts.filter((part) => part.msn === msn).length };
  }

  /** Whether it has the part of `asked`, or all of the segment. */
  has({ msn = -1, part }: Directives): boolean {
    return this.next.msn > msn || (part !== undefined && this.next.msn === msn && this.next.part > part);
  }
}

/** A rendition as the edge serves it to a player. */
export class ServedRendition {
  /** Of its playlist. */
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** The edge's answer for its playlist. */
  async ask({ msn, part, skip }: Directives = {}): Promise<Response> {
    const url = new URL(this.url);
    if (msn !== undefined) url.searchParams.set('_HLS_msn', String(msn));
    if (part !== undefined) url.searchParams.set('_HLS_part', String(part));
    if (skip !== undefined) url.searchParams.set('_HLS_skip', skip);
    return fetch(url);
  }

  async text(directives?: Directives): Promise<string> {
    const answer = await this.ask(directives);
    if (answer.status !== 200) throw new Error(`${answer.status} for ${JSON.stringify(directives)}`);
    return answer.text();
  }

  async reload(directives?: Directives): Promise<ServedPlaylist> {
    return new ServedPlaylist(await this.text(directives));
  }

  /** Reloads it until this segment is whole, and no further ahead than a player may ask. */
  async whole(msn: number): Promise<ServedPlaylist> {
    let playlist = await this.reload({ msn: 0 });
    while (playlist.next.msn <= msn) playlist = await this.reload({ msn: playlist.next.msn });
    return playlist;
  }

  /** What `uri` in its playlist means. */
  at(uri: string): string {
    return new URL(uri, this.url).href;
  }

  async bytes(uri: string): Promise<Buffer> {
    const answer = await fetch(this.at(uri));
    if (answer.status !== 200) throw new Error(`${answer.status} for ${uri}`);
    return Buffer.from(await answer.arrayBuffer());
  }
}

/** The renditions that a multivariant playlist names: of each height, and the sound. */
export async function servedRenditions(hls: string): Promise<ServedRendition[]> {
  const index = HLS.parse(await (await fetch(hls)).text());
  if (!index.isMasterPlaylist) throw new Error('Not a multivariant playlist');
  const { variants } = index as HLS.types.MasterPlaylist;
  const uris = variants.flatMap(({ uri, audio }) => [uri, ...audio.flatMap((one) => one.uri ?? [])]);
  return [...new Set(uris)].map((uri) => new ServedRendition(new URL(uri, hls).href));
}
