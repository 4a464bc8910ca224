import { poll } from '../retry/poll.ts';
import { recordEveryMs } from './policy/audience-record.ts';
import type { AudienceSource } from './ports.ts';
import { type AudienceRecording, recordAudience } from './record-audience.ts';

export interface AudienceFollowing extends AudienceRecording {
  readonly source: AudienceSource;
  /** Unix ms. */
  readonly wallMs: () => number;
  /** @default 10,000 */
  readonly everyMs?: number;
}

/** Asks the source who watches, again and again, and records it. Returns a function that ends it. */
export function followAudience({
  source,
  wallMs,
  everyMs = recordEveryMs,
  ...recording
}: AudienceFollowing): () => void {
  return poll({
    look: async () => recordAudience(recording, await source.take(), wallMs()),
    failed: (cause) => recording.emit('audience.edge.unreadable', { cause }),
    everyMs: () => everyMs,
  });
}
