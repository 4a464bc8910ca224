import type { Routing } from './policy/attachment.ts';
import type { LiveOrigin } from './policy/live-origin.ts';

/** Which live origins there are: what outlives an update of the distribution. */
export interface LiveOriginStore {
  read(region: string): Promise<LiveOrigin | undefined>;
  /** Undefined removes it; also if the store itself is gone. */
  write(region: string, live: LiveOrigin | undefined): Promise<void>;
}

/** The CloudFront distribution in front of all regions. */
export interface Distribution {
  /** Undefined if the distribution is gone. */
  routing(): Promise<Routing | undefined>;
  /**
   * Changes the configuration against concurrent changes: what `edit` reads is read after the configuration, so it may run several
   * times. Nothing is written if it returns what it got, or if the distribution is gone. Returns whether something was written.
   */
  edit(edit: (routing: Routing) => Routing | Promise<Routing>): Promise<boolean>;
  /** Whether all edges have the last configuration; true if the distribution is gone. */
  isDeployed(): Promise<boolean>;
}
