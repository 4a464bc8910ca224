import type { StreamId } from '../../routing/ids.ts';
import type { StreamCard } from '../policy/stream-card.ts';

/** What a page's server may learn of streams. */
export interface StreamCards {
  /** Undefined if there is no such stream. Rejects if nothing could be found out. `region`: undefined for the page's own. */
  find(streamId: StreamId, region: string | undefined): Promise<StreamCard | undefined>;
}
