import { escapeHtml } from './html.ts';
import { oembedPath } from './oembed.ts';
import { addressOf, type StreamPage } from './page-address.ts';
import { posterOf, type StreamCard } from './stream-card.ts';

/** Stands in a template where the tags of a stream go. */
export const tagsPlace = '<!-- tags -->';

/**
 * The document of a stream's page: its template with what link previews are made of, as far as anyone may know it (Open Graph,
 * Twitter cards, oEmbed discovery). Without a name the template stays as it is.
 */
export function streamDocument(
  template: string,
  { page, card, origin }: { page: StreamPage; card: StreamCard | undefined; origin: string },
): string {
  if (card?.name === undefined) return template.replace(tagsPlace, '');
  const { name } = card;
  const poster = posterOf(card, page);
  const url = addressOf(origin, { ...page, page: 'watch' });
  const about = page.broadcastId === undefined ? `Watch “${name}” live.` : `Watch “${name}” again.`;
  const tags: (readonly [kind: 'property' | 'name', name: string, value: string])[] = [
    ['property', 'og:site_name', 'Headwater'],
    ['property', 'og:type', 'video.other'],
    ['property', 'og:title', name],
    ['property', 'og:description', about],
    ['property', 'og:url', url],
    ...(poster === undefined
      ? []
      : ([
          ['property', 'og:image', poster],
          ['property', 'og:image:type', 'image/jpeg'],
          ['property', 'og:image:alt', `A picture of “${name}”`],
        ] as const)),
    // The rest it takes from Open Graph.
    ['name', 'twitter:card', poster === undefined ? 'summary' : 'summary_large_image'],
  ];
  const asked = `${origin}${oembedPath}?url=${encodeURIComponent(url)}`;
  const lines = [
    ...tags.map(([kind, key, value]) => `<meta ${kind}="${key}" content="${escapeHtml(value)}" />`),
    `<link rel="canonical" href="${escapeHtml(url)}" />`,
    `<link rel="alternate" type="application/json+oembed" href="${escapeHtml(asked)}" title="${escapeHtml(name)}" />`,
  ];
  return template
    .replace(/<title>[^<]*<\/title>/, () => `<title>${escapeHtml(name)} · Headwater</title>`)
    .replace(/(<meta name="description" content=")[^"]*/, (_, before) => before + escapeHtml(about))
    .replace(tagsPlace, () => lines.join('\n    '));
}
