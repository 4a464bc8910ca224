import type { BroadcastStore, DocumentStore, StreamStore } from '../control-store/ports.ts';
import type { AudienceTake } from './policy/tally.ts';

/** The part of the control store that keeps audiences. */
export type AudienceStore = Pick<DocumentStore, 'getDocument' | 'putDocument'> &
  Pick<StreamStore, 'getStream'> &
  Pick<BroadcastStore, 'latestBroadcast'>;

/** Where viewers are counted: an edge. */
export interface AudienceSource {
  /** What it has counted since the last call. Rejects if it can't be asked. */
  take(): Promise<readonly AudienceTake[]>;
}
