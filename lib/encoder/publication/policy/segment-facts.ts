/** What the manifests need to know of a published segment. */
export interface SegmentFacts {
  readonly startTicks: number;
  readonly durationTicks: number;
  /** 0 if unknown. */
  readonly bytes: number;
}
