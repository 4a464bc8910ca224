import type { StreamId } from '../routing/ids.ts';
import type { ManagedChannel } from './managed-channel.ts';
import type { PushStates } from './push-states.ts';
import type { Takedown } from './takedown.ts';

/** What stands beside a stream, each with its own version, so that its writers do not race with those of the settings. */
export interface DocumentBodies {
  /** How far the stream is taken down, or restored. */
  readonly takedown: Takedown;
  /** The managed channel that encodes the stream. */
  readonly channel: ManagedChannel;
  /** How the pushes to other destinations stand. */
  readonly pushes: PushStates;
}

export type DocumentKind = keyof DocumentBodies;

export interface StreamDocument<Kind extends DocumentKind = DocumentKind> {
  readonly streamId: StreamId;
  readonly kind: Kind;
  /** Work is left to do: whoever sweeps finds it by this. */
  readonly open: boolean;
  /** Rises by one at every write; a write names the version that it read, 0 where it saw none. */
  readonly version: number;
  readonly body: DocumentBodies[Kind];
}
