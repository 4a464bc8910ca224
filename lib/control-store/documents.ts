import type { StreamId } from '../routing/ids.ts';
import type { PastAudiences, StreamAudience } from './audience.ts';
import type { Deletions } from './deletions.ts';
import type { Downloads } from './downloads.ts';
import type { HealthNow, HealthPast } from './health/health-record.ts';
import type { ManagedChannel } from './managed/managed-channel.ts';
import type { PushStates } from './push-states.ts';
import type { Takedown } from './takedown.ts';

/** Documents kept beside a stream, each with its own version so that their writers don't race with changes to its settings. */
export interface DocumentBodies {
  /** Progress of a takedown or a restore. */
  readonly takedown: Takedown;
  /** The managed channel that encodes the stream. */
  readonly channel: ManagedChannel;
  /** State of the pushes to other destinations. */
  readonly pushes: PushStates;
  /** What is being deleted: recordings, or the stream with all of them. Outlives the stream until everything is gone. */
  readonly deletions: Deletions;
  /** Recordings and clips that are being made into single files, and those that can be downloaded. */
  readonly downloads: Downloads;
  /** How the newest broadcast is received and encoded; and what went before. */
  readonly health: HealthNow;
  readonly 'health-past': HealthPast;
  /** Who watches. Never open. */
  readonly audience: StreamAudience;
  /** How earlier broadcasts were watched. Never open. */
  readonly audiences: PastAudiences;
}

export type DocumentKind = keyof DocumentBodies;

export interface StreamDocument<Kind extends DocumentKind = DocumentKind> {
  readonly streamId: StreamId;
  readonly kind: Kind;
  /** Whether work remains; sweepers find documents by this. */
  readonly open: boolean;
  /** Incremented by every write. A write names the version it read, or 0 if there was no document. */
  readonly version: number;
  readonly body: DocumentBodies[Kind];
}
