import {
  dashManifestName,
  hlsIndexName,
  partNamePattern,
  posterName,
  spriteNamePattern,
  storyboardName,
} from '../../../object-store/object-names.ts';

/** What a live origin asks a worker for, from a request target. The paths are those of object keys. */
export type LiveRequest = { readonly region: string; readonly stream: string } & (
  | { readonly kind: 'index'; readonly broadcast?: string }
  | { readonly kind: 'manifest'; readonly broadcast?: string }
  | { readonly kind: 'poster'; readonly broadcast?: string }
  | { readonly kind: 'storyboard'; readonly broadcast?: string }
  | ({ readonly kind: 'sprite'; readonly broadcast: string } & SpriteRequest)
  | ({ readonly broadcast: string; readonly rendition: string } & RenditionRequest)
);

export type RenditionRequest =
  | ({ readonly kind: 'playlist' } & Directives)
  | { readonly kind: 'init'; readonly name: string }
  | { readonly kind: 'segment'; readonly number: number }
  | ({ readonly kind: 'part' } & PartName);

export interface SpriteRequest {
  readonly from: number;
  readonly count: number;
  readonly epoch: number;
}

export interface PartName {
  readonly number: number;
  readonly index: number;
  readonly epoch: number;
  readonly run: number;
}

/** Delivery directives (rfc8216bis 6.2.5). */
export interface Directives {
  readonly msn?: number;
  readonly part?: number;
  readonly skip: boolean;
  /** A directive's value is none that the specification knows. */
  readonly malformed: boolean;
}

const mostTarget = 1200;
const ofStream =
  /^\/([^/]+)\/([^/]+)\/(?:([^/]+)\/)?(index\.m3u8|manifest\.mpd|poster\.jpg|storyboard\.vtt)$/;
const ofBroadcast = /^\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/;
const topKinds = {
  [hlsIndexName]: 'index',
  [dashManifestName]: 'manifest',
  [posterName]: 'poster',
  [storyboardName]: 'storyboard',
} as const;
const ofRendition = /^\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/;
const number = '(0|[1-9][0-9]{0,8})';
const segmentPattern = new RegExp(`^${number}\\.m4s$`);
const initPattern = /^init-[0-9-]{1,24}\.mp4$/;
const wholeNumber = /^[0-9]{1,9}$/;

/** Undefined for a name that no worker gives anything. */
export function parseLiveRequest(target: string): LiveRequest | undefined {
  if (target.length > mostTarget) return undefined;
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const top = ofStream.exec(path);
  if (top) {
    const [, region = '', stream = '', broadcast, name = hlsIndexName] = top;
    const kind = topKinds[name as keyof typeof topKinds];
    return { region, stream, kind, ...(broadcast !== undefined && { broadcast }) };
  }
  const own = ofBroadcast.exec(path);
  const sprite = own && spriteNamePattern.exec(own[4]!);
  if (sprite) {
    const [, region = '', stream = '', broadcast = ''] = own;
    const [from = 0, count = 0, epoch = 0] = sprite.slice(1).map(Number);
    return { region, stream, broadcast, kind: 'sprite', from, count, epoch };
  }
  const [, region, stream, broadcast, rendition, name = ''] = ofRendition.exec(path) ?? [];
  if (region === undefined || stream === undefined || broadcast === undefined || rendition === undefined)
    return undefined;
  const file = parseName(name, mark === -1 ? '' : target.slice(mark + 1));
  return file && { region, stream, broadcast, rendition, ...file };
}

function parseName(name: string, query: string): RenditionRequest | undefined {
  if (name === 'playlist.m3u8') return { kind: 'playlist', ...directivesOf(query) };
  const segment = segmentPattern.exec(name);
  if (segment) return { kind: 'segment', number: Number(segment[1]) };
  const part = partNamePattern.exec(name);
  if (part) {
    const [at = 0, index = 0, epoch = 0, run = 0] = part.slice(1).map(Number);
    return { kind: 'part', number: at, index, epoch, run };
  }
  return initPattern.test(name) ? { kind: 'init', name } : undefined;
}

function directivesOf(query: string): Directives {
  if (query === '') return { skip: false, malformed: false };
  const given = new URLSearchParams(query);
  const msn = given.get('_HLS_msn');
  const part = given.get('_HLS_part');
  const skip = given.get('_HLS_skip');
  const isNumber = (text: string | null): boolean => text === null || wholeNumber.test(text);
  return {
    ...(msn !== null && { msn: Number(msn) }),
    ...(part !== null && { part: Number(part) }),
    skip: skip === 'YES' || skip === 'v2',
    // A part of no segment (6.2.5.2: "MUST also include _HLS_msn").
    malformed: !isNumber(msn) || !isNumber(part) || (part !== null && msn === null),
  };
}
