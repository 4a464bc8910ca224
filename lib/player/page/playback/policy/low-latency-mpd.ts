import { childrenOf, descendants, type MpdNode } from './mpd-node.ts';

/** What a low-latency MPD asks of players; times in ms. */
export interface LowLatencyMpd {
  /** Between the picture's arrival at the platform and the screen. */
  readonly targetMs: number;
}

/**
 * Reads the latency target of a low-latency MPD, and prepares it for shaka-player: without the `ServiceDescription`, by which shaka would
 * set the rate in two steps, measured from the end of its seek range; and with a presentation delay by which playback begins at the
 * target. The written delay (`suggestedPresentationDelay`) is for players that don't know growing segments. Undefined for any other MPD.
 */
export function takeLowLatency(mpd: MpdNode): LowLatencyMpd | undefined {
  const description = childrenOf(mpd, 'ServiceDescription')[0];
  const targetMs = Number(description && childrenOf(description, 'Latency')[0]?.attributes.target);
  const template = descendants(mpd, 'SegmentTemplate').find(
    ({ attributes }) => Number(attributes.availabilityTimeOffset) > 0,
  );
  if (description === undefined || template === undefined || !(targetMs > 0)) return undefined;
  mpd.children = mpd.children.filter((child) => child !== description);
  const { duration, timescale = '1', availabilityTimeOffset } = template.attributes;
  // Shaka's range ends a segment, less the offset, before now by the availability's clock.
  const edgeMs = (Number(duration) / Number(timescale) - Number(availabilityTimeOffset)) * 1_000;
  const delayMs = Math.max(leastDelayMs, targetMs - edgeMs - publishingMs(mpd, timescale));
  mpd.attributes.suggestedPresentationDelay = `PT${delayMs / 1_000}S`;
  return { targetMs };
}

/** Playback begins at least this far behind what may be requested. */
const leastDelayMs = 250;

/** How much later than its arrival at the platform a picture counts as available, beside the time that it waits for its part. */
function publishingMs(mpd: MpdNode, timescale: string): number {
  const reference = descendants(mpd, 'ProducerReferenceTime')[0]?.attributes;
  const availableMs = Date.parse(mpd.attributes.availabilityStartTime ?? '');
  const startMs = Date.parse(reference?.wallClockTime ?? '');
  const mediaMs = (Number(reference?.presentationTime ?? 0) / Number(timescale)) * 1_000;
  const ms = availableMs - (startMs - mediaMs);
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
