import { regionPattern } from '../../config/region.ts';
import { isStreamId, type StreamId } from '../../routing/ids.ts';

/** A page of one stream: the viewer, or the player alone for frames of other sites. */
export interface StreamPage {
  readonly page: 'watch' | 'embed';
  readonly streamId: StreamId;
  /** Undefined: the page's own. */
  readonly region: string | undefined;
}

/** The stream's page at a URL; undefined for anything else. */
export function streamPageAt({ pathname, searchParams }: URL): StreamPage | undefined {
  const [, page, streamId = ''] = /^\/(watch|embed)\/([^/]+)\/?$/.exec(pathname) ?? [];
  if ((page !== 'watch' && page !== 'embed') || !isStreamId(streamId)) return undefined;
  const region = searchParams.get('region') ?? '';
  return { page, streamId, region: regionPattern.test(region) ? region : undefined };
}

/** The one address of a page, whatever else the URL said. `origin`: without a trailing slash. */
export const addressOf = (origin: string, { page, streamId, region }: StreamPage): string =>
  `${origin}/${page}/${streamId}${region === undefined ? '' : `?region=${region}`}`;
