import type { RecordingDownloads } from '../../lib/control/api/context.ts';
import { isUnfinished } from '../../lib/control/recordings/policy/download-machine.ts';
import type { EmitEvent } from '../../lib/telemetry/events.ts';
import { type WakingParts, wakingRunner } from './waking-runner.ts';

export interface WakingDownloadsParts extends Pick<WakingParts<RecordingDownloads>, 'wake'> {
  readonly book: RecordingDownloads;
  readonly emit: EmitEvent;
}

/** Downloads that another function writes. */
export function wakingDownloads({ book, wake, emit }: WakingDownloadsParts): RecordingDownloads {
  const begin = wakingRunner({
    open: async () => book,
    wake,
    failed: (streamId, cause) => emit('control.download.wake-failed', { streamId, cause }),
  });
  return {
    ask: (streamId, request) => begin(streamId, () => book.ask(streamId, request), isUnfinished),
    list: (streamId) => book.list(streamId),
    forget: (streamId, broadcastId) => book.forget(streamId, broadcastId),
  };
}
