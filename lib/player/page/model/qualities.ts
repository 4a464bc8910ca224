/** A rung of the ladder that the viewer can choose. */
export interface Quality {
  /** Stable while the same presentation plays. */
  readonly id: string;
  readonly height: number;
  readonly frameRate?: number;
  readonly bandwidthBps: number;
}

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
