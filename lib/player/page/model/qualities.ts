/** A rung of the ladder that the viewer can choose. */
export interface Quality {
  /** The same for the same rung, also of other presentations. */
  readonly id: string;
  readonly height: number;
  readonly frameRate?: number;
  readonly bandwidthBps: number;
}

/** Chosen instead of a rung: sound, and no pictures. */
export const audioOnlyId = 'audio-only';

export const qualityId = ({ height, frameRate }: Pick<Quality, 'height' | 'frameRate'>): string =>
  `${height}/${frameRate === undefined ? '' : Math.round(frameRate)}`;

/** `720p`, or `720p60` above 30 frames per second. */
export function qualityLabel(quality: Pick<Quality, 'height' | 'frameRate'>): string {
  const fast = quality.frameRate !== undefined && quality.frameRate > 31;
  return `${quality.height}p${fast ? Math.round(quality.frameRate ?? 0) : ''}`;
}

/** Best first, each label once (the best quality with that label). */
export function qualityMenu(qualities: readonly Quality[]): readonly Quality[] {
  const sorted = qualities.toSorted((a, b) => b.height - a.height || b.bandwidthBps - a.bandwidthBps);
  const seen = new Set<string>();
  return sorted.filter((quality) => {
    const label = qualityLabel(quality);
    return !seen.has(label) && seen.add(label);
  });
}

/**
 * The quality on screen, by the height of its pictures: what a player library calls active may be another rung, which was made no longer
 * (see player/mpd-qualities.ts). `loading`: what that library thinks, where several rungs have the height.
 */
export function shownQuality(
  height: number,
  qualities: readonly Quality[],
  loading?: Quality,
): Quality | undefined {
  if (height <= 0) return undefined;
  if (loading?.height === height) return qualities.find(({ id }) => id === loading.id) ?? loading;
  const shown = qualities.find((quality) => quality.height === height);
  return shown ?? { id: qualityId({ height }), height, bandwidthBps: 0 };
}
