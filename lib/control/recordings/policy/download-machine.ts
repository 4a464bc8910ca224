import type { Download } from '../../../control-store/downloads.ts';

/** How long a file stays. A day covers a slow line, and somebody who asks in the evening. */
export const downloadLifeMs = 24 * 60 * 60 * 1_000;
/** The most downloads of a stream that are not expired: they share a document. */
export const maxDownloads = 50;
/** How often a download is begun before it counts as failed. */
const mostTries = 3;
/** How often a runner says that it is at work. */
export const beatEveryMs = 10_000;
/** A runner that has said nothing for this long is gone. Clocks of two machines may differ by seconds; two runners do no harm. */
const silentMs = 60_000;
/** Before a failed one is tried again. */
const pauseMs = 5_000;

/** What is to be done with a download now. */
export type DueStep = 'make' | 'delete';

/** `nowMs`: Unix time. */
export function dueStep(download: Download, nowMs: number): DueStep | undefined {
  return nowMs < dueAtMs(download) ? undefined : isUnfinished(download) ? 'make' : 'delete';
}

/** When something is to be done with it next, in Unix milliseconds. */
export function dueAtMs({ state, tries, beatAtMs = 0, expiresAtMs = 0 }: Download): number {
  switch (state) {
    case 'queued':
      return tries === 0 ? 0 : beatAtMs + pauseMs;
    case 'running':
      return beatAtMs + silentMs;
    default:
      return expiresAtMs;
  }
}

export const isUnfinished = ({ state }: Pick<Download, 'state'>): boolean =>
  state === 'queued' || state === 'running';

/** A runner begins it. */
export const begun = (download: Download, nowMs: number): Download => ({
  ...download,
  state: 'running',
  tries: download.tries + 1,
  beatAtMs: nowMs,
  progress: 0,
});

export const made = (
  download: Download,
  { sizeBytes, durationMs }: { readonly sizeBytes: number; readonly durationMs: number },
  nowMs: number,
): Download => {
  const { beatAtMs: _beat, progress: _progress, ...rest } = download;
  return { ...rest, state: 'ready', sizeBytes, durationMs, expiresAtMs: nowMs + downloadLifeMs };
};

/** `isLasting`: trying again would not help. */
export function failed(download: Download, detail: string, isLasting: boolean, nowMs: number): Download {
  const { progress: _progress, ...rest } = download;
  return isLasting || download.tries >= mostTries
    ? { ...rest, state: 'failed', detail, expiresAtMs: nowMs + downloadLifeMs }
    : { ...rest, state: 'queued', beatAtMs: nowMs };
}

/** Whether one is what is asked for. One that failed is made anew. */
export const isSameDownload = (
  one: Download,
  other: Pick<Download, 'broadcastId' | 'startMs' | 'endMs' | 'rendition'>,
): boolean =>
  one.state !== 'failed' &&
  one.broadcastId === other.broadcastId &&
  one.startMs === other.startMs &&
  one.endMs === other.endMs &&
  one.rendition === other.rendition;
