import type { BroadcastRecord, StreamRecord } from '../../control-store/records.ts';
import { posterName, storyboardName } from '../../object-store/object-names.ts';

/** Where players and pages are, without a trailing slash. */
interface Bases {
  readonly playbackBaseUrl: string;
  readonly pageBaseUrl: string;
  readonly region: string;
}

interface PictureUrls {
  readonly poster: string;
  readonly storyboard: string;
}

interface PlaybackUrls extends Partial<PictureUrls> {
  readonly dash: string;
  readonly hls: string;
  readonly page: string;
}

/** URLs of whatever is the stream's newest broadcast. */
export function streamPlaybackUrls(
  { id }: Pick<StreamRecord, 'id'>,
  newest: BroadcastRecord | undefined,
  bases: Bases,
): PlaybackUrls {
  const media = `${bases.playbackBaseUrl}/${bases.region}/${id}`;
  return { ...mediaUrls(media, newest), page: watchUrl(id, bases) };
}

/** URLs of one broadcast, live and recorded. */
export function broadcastPlaybackUrls(record: BroadcastRecord, bases: Bases): PlaybackUrls {
  const { streamId, id } = record;
  const media = `${bases.playbackBaseUrl}/${bases.region}/${streamId}/${id}`;
  return { ...mediaUrls(media, record), page: `${watchUrl(streamId, bases)}&broadcast=${id}` };
}

/** `media`: URL of the stream, or of one of its broadcasts. */
export const pictureUrls = (media: string): PictureUrls => ({
  poster: `${media}/${posterName}`,
  storyboard: `${media}/${storyboardName}`,
});

const mediaUrls = (media: string, broadcast: BroadcastRecord | undefined) => ({
  dash: `${media}/manifest.mpd`,
  hls: `${media}/index.m3u8`,
  ...(broadcast && hasPictures(broadcast) && pictureUrls(media)),
});

/** MediaLive makes none, and sound alone has none. */
const hasPictures = ({ encoder, renditions }: BroadcastRecord): boolean =>
  encoder !== 'medialive' && renditions.some(({ width }) => width !== undefined);

/** One page serves every region, so the link names the region. */
const watchUrl = (streamId: string, { pageBaseUrl, region }: Bases): string =>
  `${pageBaseUrl}/watch/${streamId}?region=${region}`;
