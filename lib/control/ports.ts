import type { PlaybackMode } from '../control-store/records.ts';

/**
 * What the edge must not serve. A path is `<region>/<streamId>`, or `<region>/<streamId>/<broadcastId>` for one recording. Denying
 * and allowing are idempotent.
 */
export interface EdgeDenials {
  /** Resolves once the denial is stored for the edge. It is kept even if no edge is running. */
  deny(path: string): Promise<void>;
  allow(path: string): Promise<void>;
  /** Allows a path at which nothing is left, and removes whatever else the edge keeps for it. */
  forget(path: string): Promise<void>;
  /** Whether viewers are currently denied the path, as far as can be determined. */
  isDenied(path: string): Promise<boolean>;
}

/** Who may watch streams whose playback is signed. Everything here is idempotent and reaches all edges within seconds. */
export interface EdgePlayback {
  /** `path` is `<region>/<streamId>`. Resolves once the edge has it stored. */
  setPlayback(path: string, setting: PlaybackSetting): Promise<void>;
  /** Refuses the tokens of one session until they expire. */
  revoke(path: string, session: string): Promise<void>;
}

export interface PlaybackSetting {
  readonly mode: PlaybackMode;
  /** Refuses all tokens issued until then, in Unix milliseconds. @default none */
  readonly notBeforeMs?: number | undefined;
}

/** Invalidates the caches between origin and viewers. */
export interface Invalidations {
  /**
   * Paths begin with a slash and may end in `*`. Requests with the same `reference` return the same invalidation. Throws
   * `InvalidationsBusyError` (code `INVALIDATIONS_BUSY`) if too many are in progress.
   */
  request(paths: readonly string[], reference: string): Promise<{ id: string }>;
  isDone(id: string): Promise<boolean>;
}

/** A program on one machine, as seen by its supervisor. */
export interface LocalProcess {
  readonly role: string;
  readonly name: string;
  /** Left out while restarting. */
  readonly pid?: number;
  /** `draining`: finishing its work, after which it is restarted. */
  readonly state: 'up' | 'draining' | 'restarting';
  /** Restarts since the platform started, for any reason. */
  readonly restarts: number;
}

/** The programs on one machine. Not available on AWS, where ECS runs them. */
export interface LocalProcesses {
  list(): readonly LocalProcess[];
  /** SIGKILL. False if the process is not up. */
  kill(name: string): boolean;
  /** SIGTERM: the process hands over or finishes its work, exits and is restarted. False if it is not up. */
  drain(name: string): boolean;
}
