import { securityHeaders } from '../policy/headers.ts';
import { oembedPath } from '../policy/oembed.ts';
import type { Answer, StreamDocuments } from './stream-documents.ts';

/** What the edge asks: the page's URL in a header (policy/routes-function.ts), the question of an oEmbed consumer as the query. */
export interface EdgeQuestion {
  readonly path: string;
  readonly query: string;
  readonly pageUrl: string | undefined;
}

/**
 * For five minutes the edge answers by itself, and while nobody answers it for a day more. A browser asks each time, and so learns of a new
 * version of the page.
 */
const cacheControl = 'public, max-age=0, s-maxage=300, stale-while-revalidate=600, stale-if-error=86400';
const brief = 'public, max-age=0, s-maxage=1';

/** Answers the edge, which adds the rest of the page's headers. */
export async function answerEdge(documents: StreamDocuments, question: EdgeQuestion): Promise<Answer> {
  const { path, query, pageUrl = '' } = question;
  const url = URL.canParse(pageUrl) ? new URL(pageUrl) : undefined;
  if (url?.pathname === oembedPath) {
    url.search = query;
    const answer = await documents.oembed(url);
    const kept = answer.status === 503 ? brief : cacheControl;
    return { ...answer, headers: { ...answer.headers, 'Cache-Control': kept } };
  }
  const { body, framing, isTold } = await documents.documentAt(url ?? new URL(path, 'https://page.invalid'));
  // What it had before is better, and the page's own file is there in any case.
  if (!isTold) return { status: 503, headers: { 'Cache-Control': brief }, body: '' };
  const { 'Content-Security-Policy': policy, ...headers } = securityHeaders({}, framing);
  return {
    status: 200,
    headers: {
      ...headers,
      'Content-Security-Policy': policy,
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': cacheControl,
    },
    body,
  };
}
