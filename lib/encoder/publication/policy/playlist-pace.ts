import { segmentsFor } from '../../../packaging/segment-grid.ts';

/**
 * While nothing changes but the segments, playlists and manifests are stored once per this many. Only players whose live origin is away
 * read them, and those stay far enough behind (docs/decisions/0034).
 */
export const segmentsPerWrite = segmentsFor(10_000);

/** Where there are no live origins, all players read them: they are stored with each segment. */
export const segmentsUntilWrite = (liveOrigin = true): number => (liveOrigin ? segmentsPerWrite : 1);
