/** What an edge that is not on this machine needs to check playback tokens. */
export interface EdgeKeys {
  /** Stores a region's signing keys (`verifyingKeys`) at the edge. */
  putKeys(region: string, keys: string): Promise<void>;
  /** Removes the revoked sessions of a region whose tokens have expired anyway; returns their number. */
  removeExpired(region: string, nowMs: number): Promise<number>;
}

/** The secret with the signing keys, for the program that rotates them. */
export interface SigningKeyStore {
  /** Undefined if there is none yet. */
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
}
