import type { BroadcastRecord, StreamRecord } from '../../control-store/records.ts';
import { posterName, storyboardName } from '../../object-store/object-names.ts';
import type { ControlApiConfig } from './context.ts';
import { presentManifests, type Shown } from './present-documents.ts';
import type { BroadcastPlayback, Playback } from './schemas/playback-schemas.ts';

type Bases = Pick<ControlApiConfig, 'playbackBaseUrl' | 'pageBaseUrl' | 'region'>;

/** URLs of whatever is the stream's newest broadcast. */
export function presentPlayback(
  stream: StreamRecord,
  newest: BroadcastRecord | undefined,
  config: Bases,
): Shown<typeof Playback> {
  const media = `${config.playbackBaseUrl}/${config.region}/${stream.id}`;
  return {
    access: stream.playback ?? ('public' as const),
    dash: `${media}/manifest.mpd`,
    hls: `${media}/index.m3u8`,
    page: watchUrl(stream.id, config),
    manifests: presentManifests(stream, newest),
    ...(newest && hasStoryboard(newest) && pictureUrls(media)),
  };
}

/** URLs of one broadcast, live and recorded. */
export function presentBroadcastPlayback(
  record: BroadcastRecord,
  config: Bases,
): Shown<typeof BroadcastPlayback> {
  const { streamId, id } = record;
  const media = `${config.playbackBaseUrl}/${config.region}/${streamId}/${id}`;
  return {
    dash: `${media}/manifest.mpd`,
    hls: `${media}/index.m3u8`,
    page: `${watchUrl(streamId, config)}&broadcast=${id}`,
    ...(hasStoryboard(record) && pictureUrls(media)),
  };
}

/** `media`: URL of the stream, or of one of its broadcasts. */
export const pictureUrls = (media: string): { poster: string; storyboard: string } => ({
  poster: `${media}/${posterName}`,
  storyboard: `${media}/${storyboardName}`,
});

/** MediaLive makes none, and sound alone has none. */
export const hasStoryboard = ({ encoder, renditions }: BroadcastRecord): boolean =>
  encoder !== 'medialive' && renditions.some(({ width }) => width !== undefined);

/** One page serves every region, so the link names the region. */
const watchUrl = (streamId: string, { pageBaseUrl, region }: Bases): string =>
  `${pageBaseUrl}/watch/${streamId}?region=${region}`;
