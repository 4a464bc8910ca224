import type { Download as DownloadProgress } from '../../../control-store/downloads.ts';
import { broadcastPrefix, downloadName } from '../../../object-store/object-names.ts';
import type { StreamId } from '../../../routing/ids.ts';
import type { ControlApiConfig } from '../context.ts';
import type { Download } from '../schemas/download-schemas.ts';
import { iso, type Shown } from './present-documents.ts';

/** API view of a file that is made of a recording. */
export function presentDownload(
  streamId: StreamId,
  made: DownloadProgress,
  { playbackBaseUrl, region }: Pick<ControlApiConfig, 'playbackBaseUrl' | 'region'>,
): Shown<typeof Download> {
  const { id, broadcastId, startMs, endMs, rendition, fileName, state, askedAtMs } = made;
  const { progress = 0, sizeBytes, durationMs, expiresAtMs, detail } = made;
  const key = broadcastPrefix(region, streamId, broadcastId) + downloadName(id);
  return {
    id,
    broadcastId,
    ...(startMs !== undefined && { startMs }),
    ...(endMs !== undefined && { endMs }),
    ...(rendition !== undefined && { rendition }),
    fileName,
    state,
    askedAt: iso(askedAtMs),
    progress: state === 'ready' ? 1 : progress,
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(durationMs !== undefined && { durationMs }),
    ...(state === 'ready' && { url: `${playbackBaseUrl}/${key}` }),
    ...(expiresAtMs !== undefined && { expiresAt: iso(expiresAtMs) }),
    ...(detail !== undefined && { detail }),
  };
}
