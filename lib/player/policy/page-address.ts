import { regionPattern } from '../../config/region.ts';
import { type BroadcastId, isBroadcastId, isStreamId, type StreamId } from '../../routing/ids.ts';

/** A page of one stream: the viewer, or the player alone for frames of other sites. */
export interface StreamPage {
  readonly page: 'watch' | 'embed';
  readonly streamId: StreamId;
  /** Undefined: the page's own. */
  readonly region: string | undefined;
  /** One of its recordings; undefined: whatever is on air or was last. */
  readonly broadcastId: BroadcastId | undefined;
}

/** The stream's page at a URL; undefined for anything else. */
export function streamPageAt({ pathname, searchParams }: URL): StreamPage | undefined {
  const [, page, streamId = ''] = /^\/(watch|embed)\/([^/]+)\/?$/.exec(pathname) ?? [];
  if ((page !== 'watch' && page !== 'embed') || !isStreamId(streamId)) return undefined;
  const region = searchParams.get('region') ?? '';
  const broadcast = searchParams.get('broadcast') ?? '';
  return {
    page,
    streamId,
    region: regionPattern.test(region) ? region : undefined,
    broadcastId: isBroadcastId(broadcast) ? broadcast : undefined,
  };
}

/** The one address of a page, whatever else the URL said. `origin`: without a trailing slash. */
export function addressOf(origin: string, { page, streamId, region, broadcastId }: StreamPage): string {
  const query = [
    ...(region === undefined ? [] : [`region=${region}`]),
    ...(broadcastId === undefined ? [] : [`broadcast=${broadcastId}`]),
  ];
  return `${origin}/${page}/${streamId}${query.length === 0 ? '' : `?${query.join('&')}`}`;
}
