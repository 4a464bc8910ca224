import type { ControlStore } from '../control/ports.ts';
import type { Connection } from '../ingest/ports.ts';

/** The slice of the control store that pushes need: settings, the broadcast's name, how they stand, the story. */
export type PushStore = Pick<
  ControlStore,
  'getStream' | 'getLease' | 'getDocument' | 'putDocument' | 'appendEvent'
>;

/** All addresses of a name, as they are now. Throws an error with the resolver's `code`. */
export type Resolve = (host: string, options: { signal: AbortSignal }) => Promise<readonly string[]>;

/** Where to connect: addresses that were resolved and judged before, never a name. */
export interface PushEndpoint {
  /** In the order in which they are tried. At least one. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** TLS: the name that the certificate must be for. Undefined: plain TCP. */
  readonly serverName?: string;
}

/** Opens a connection, over TLS where asked, or throws within `timeoutMs` an error with a `code`. */
export type DialPush = (
  to: PushEndpoint,
  options: { timeoutMs: number; signal: AbortSignal },
) => Promise<Connection>;

export interface PushClock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Unix milliseconds. */
  wall(): number;
  /** From 0 up to 1. */
  random(): number;
}
