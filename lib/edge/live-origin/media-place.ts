import { type BroadcastId, isBroadcastId, isStreamId, type StreamId } from '../../routing/ids.ts';

/** Whose media a path is (lib/object-store/object-names.ts). */
export interface MediaPlace {
  readonly stream: StreamId;
  /** Undefined for the stream's own manifests. */
  readonly broadcast: BroadcastId | undefined;
}

const pattern = /^\/[^/]+\/([^/]+)\/(?:([^/]+)\/)?(?:[^/]+\/)?[^/]+$/;

/**
 * `nowhere`: ids have a form, and this is none, so nobody has to be asked. `elsewhere`: MediaLive writes to the object store itself.
 */
export function mediaPlaceOf(path: string): MediaPlace | 'nowhere' | 'elsewhere' {
  if (path.includes('/managed/')) return 'elsewhere';
  const [, stream = '', broadcast] = pattern.exec(path) ?? [];
  if (!isStreamId(stream)) return 'nowhere';
  if (broadcast === undefined) return { stream, broadcast };
  return isBroadcastId(broadcast) ? { stream, broadcast } : 'nowhere';
}
