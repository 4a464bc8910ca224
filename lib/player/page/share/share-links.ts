import { watchPath } from '../model/routes.ts';

/** What can be shared: a stream, or one of its recordings. */
export interface Shared {
  readonly streamId: string;
  readonly region: string;
  readonly broadcastId?: string | undefined;
  /** For people. */
  readonly name: string;
  /** Addresses for developers, of whatever is on air or was last. */
  readonly media?: { readonly dash?: string; readonly hls: string } | undefined;
  /** Viewers need a personal link. @default false */
  readonly isSigned?: boolean;
}

/** The address of its viewer page. It names the region, because one page serves all. */
export function shareLink({ streamId, region, broadcastId }: Shared, origin: string): string {
  const broadcast = broadcastId === undefined ? '' : `&broadcast=${encodeURIComponent(broadcastId)}`;
  return `${origin}${watchPath(streamId, region)}${broadcast}`;
}

/** Its manifests: a recording's lie below the stream's. */
export function developerLinks({ media, broadcastId }: Shared): readonly [label: string, url: string][] {
  if (media === undefined) return [];
  const at = (url: string, file: string) =>
    broadcastId === undefined ? url : new URL(`${broadcastId}/${file}`, url).href;
  return [
    ...(media.dash === undefined ? [] : ([['DASH', at(media.dash, 'manifest.mpd')]] as [string, string][])),
    ['HLS', at(media.hls, 'index.m3u8')],
  ];
}

/** What the page's server says about embedding (oEmbed). */
export type EmbedOffer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'code'; readonly html: string }
  /** The broadcaster allows it nowhere. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'unknown' };

/** Reads an answer of `/oembed`. */
export function readEmbedOffer(status: number, body: unknown): EmbedOffer {
  if (status !== 200 || typeof body !== 'object' || body === null) return { kind: 'unknown' };
  const { type, html } = body as { readonly type?: unknown; readonly html?: unknown };
  if (type === 'video' && typeof html === 'string') return { kind: 'code', html };
  return type === 'link' ? { kind: 'closed' } : { kind: 'unknown' };
}
