/** What the edge is told to answer nothing of. A path is `<region>/<streamId>`. Denying, or allowing, twice changes nothing. */
export interface EdgeDenials {
  /** Resolves when it is written down for the edge; it is kept also where no edge runs. */
  deny(path: string): Promise<void>;
  allow(path: string): Promise<void>;
  /** Whether viewers are denied it now, as far as can be known. */
  isDenied(path: string): Promise<boolean>;
}

/** Empties the caches between origin and viewers. */
export interface Invalidations {
  /**
   * Paths begin with a slash and may end in `*`. The same `reference` asks for the same invalidation, however often. Throws
   * `InvalidationsBusyError` (code `INVALIDATIONS_BUSY`) where too many are under way.
   */
  request(paths: readonly string[], reference: string): Promise<{ id: string }>;
  isDone(id: string): Promise<boolean>;
}

/** A program of one machine, as its supervisor sees it. */
export interface LocalProcess {
  readonly role: string;
  readonly name: string;
  /** Left out while it is restarting. */
  readonly pid?: number;
  /** `draining`: asked to finish what it has; it is started again afterwards. */
  readonly state: 'up' | 'draining' | 'restarting';
  /** How often it was started again since the platform came up, for whatever reason. */
  readonly restarts: number;
}

/** The programs of one machine. On AWS there is no such thing: ECS keeps them. */
export interface LocalProcesses {
  list(): readonly LocalProcess[];
  /** SIGKILL. False where it is not up. */
  kill(name: string): boolean;
  /** SIGTERM: it hands over or finishes what it has, ends, and is started again. False where it is not up. */
  drain(name: string): boolean;
}
