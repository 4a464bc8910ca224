import { downloadPathPattern } from '../../object-store/object-names.ts';
import { type BroadcastId, isBroadcastId, isStreamId, type StreamId } from '../../routing/ids.ts';

/** Whose media a path is (lib/object-store/object-names.ts). */
export interface MediaPlace {
  readonly stream: StreamId;
  /** Undefined for the stream's own manifests. */
  readonly broadcast: BroadcastId | undefined;
}

const pattern = /^\/[^/]+\/([^/]+)\/(?:([^/]+)\/)?(?:[^/]+\/)?[^/]+$/;

/**
 * `nowhere`: ids have a form, and this is none, so nobody has to be asked. `elsewhere`: workers don't write it. MediaLive
 * and the control plane, which makes MP4 files, write to the object store themselves.
 */
export function mediaPlaceOf(path: string): MediaPlace | 'nowhere' | 'elsewhere' {
  if (path.includes('/managed/') || downloadPathPattern.test(path)) return 'elsewhere';
  const [, stream = '', broadcast] = pattern.exec(path) ?? [];
  if (!isStreamId(stream)) return 'nowhere';
  if (broadcast === undefined) return { stream, broadcast };
  return isBroadcastId(broadcast) ? { stream, broadcast } : 'nowhere';
}
