import { escapeHtml } from './html.ts';
import { addressOf, type StreamPage, streamPageAt } from './page-address.ts';
import { posterOf, type StreamCard } from './stream-card.ts';

/** Where an oEmbed consumer asks, with `?url=` (https://oembed.com). */
export const oembedPath = '/oembed';

/** Size of a frame if the consumer names none, in CSS pixels. */
const usual = { width: 640, height: 360 } as const;

export interface OembedQuestion {
  readonly watched: StreamPage;
  /** Of the page, as the consumer has it. */
  readonly origin: string;
  /** As large as fits what the consumer has, 16:9. */
  readonly width: number;
  readonly height: number;
}

export type OembedRefusal = { readonly status: 400 | 404 | 501; readonly reason: string };

/** `host`: the page's own, with its port. Other sites' addresses aren't ours to describe. */
export function readOembedQuestion(query: URLSearchParams, host: string): OembedQuestion | OembedRefusal {
  const format = query.get('format') ?? 'json';
  if (format !== 'json') return { status: 501, reason: 'Only the format json is available.' };
  const url = query.get('url');
  if (url === null) return { status: 400, reason: 'Name a page of this site in "url".' };
  if (!URL.canParse(url)) return { status: 400, reason: '"url" isn’t an address.' };
  const address = new URL(url);
  const isOurs = /^https?:$/.test(address.protocol) && address.host === host;
  const watched = isOurs ? streamPageAt(address) : undefined;
  if (watched === undefined) return { status: 404, reason: 'There is no stream at this address.' };
  const most = (name: string) => {
    const value = Number(query.get(name) ?? Number.POSITIVE_INFINITY);
    return value >= 1 ? value : Number.POSITIVE_INFINITY;
  };
  const width = Math.min(usual.width, Math.floor(most('maxwidth')), Math.floor((most('maxheight') * 16) / 9));
  return { watched, origin: address.origin, width, height: Math.round((width * 9) / 16) };
}

/**
 * The answer to a consumer that may know of the stream: a frame to put into its page, or only a link where the broadcaster allows no
 * frames (oEmbed 1.0, sections 2.3.4.2 and 2.3.4.3).
 */
export function oembedAnswer({ watched, origin, width, height }: OembedQuestion, card: StreamCard) {
  const poster = posterOf(card, watched);
  const title = card.name ?? 'Live stream';
  const about = {
    version: '1.0',
    title,
    provider_name: 'Headwater',
    provider_url: `${origin}/`,
    // Seconds. A stream's name and setting may change.
    cache_age: 300,
    ...(poster !== undefined && {
      thumbnail_url: poster,
      thumbnail_width: posterSize.width,
      thumbnail_height: posterSize.height,
    }),
  };
  if (card.embedding === 'nowhere') return { type: 'link' as const, ...about };
  const src = addressOf(origin, { ...watched, page: 'embed' });
  return { type: 'video' as const, ...about, width, height, html: embedCode({ src, title, width, height }) };
}

/** Posters are as wide as this at most; consumers only need the shape. */
const posterSize = { width: 1280, height: 720 } as const;

/** HTML for another site. It needs nothing of that site but to be let in by its own policy. */
function embedCode(frame: { src: string; title: string; width: number; height: number }): string {
  const { src, title, width, height } = frame;
  return (
    `<iframe src="${escapeHtml(src)}" title="${escapeHtml(title)}" width="${width}" height="${height}" ` +
    'style="border:0;max-width:100%" allow="autoplay; fullscreen; picture-in-picture" allowfullscreen></iframe>'
  );
}
