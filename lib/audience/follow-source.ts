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
  let isFailing = false;
  let isEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const look = async () => {
    try {
      const takes = await source.take();
      isFailing = false;
      await recordAudience(recording, takes, wallMs());
    } catch (cause) {
      if (!isFailing) recording.emit('audience.edge.unreadable', { cause });
      isFailing = true;
    }
    if (!isEnded) timer = setTimeout(look, everyMs);
  };
  timer = setTimeout(look, everyMs);
  return () => {
    isEnded = true;
    clearTimeout(timer);
  };
}
