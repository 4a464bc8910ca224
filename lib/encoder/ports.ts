import type {
  BroadcastStore,
  BudgetStore,
  DocumentStore,
  FleetStore,
  LeaseStore,
  StreamEventStore,
  StreamStore,
} from '../control-store/ports.ts';
import type { Endpoint } from '../net/socket.ts';

/** The part of the control store that a worker needs. */
export type EncoderStore = Pick<StreamStore, 'getStream'> &
  Omit<BroadcastStore, 'deleteBroadcast'> &
  LeaseStore &
  FleetStore &
  Pick<BudgetStore, 'getBudgetStop'> &
  Pick<StreamEventStore, 'appendEvent'> &
  Pick<DocumentStore, 'getDocument' | 'putDocument'>;

/** The worker's end of a relay link: bytes in both directions. Nothing is read before `start`. */
export interface RelayConnection {
  start(handler: RelayConnectionHandler): void;
  write(bytes: Uint8Array): void;
  /** Stops reading; bytes already read may still be delivered. */
  pause(): void;
  resume(): void;
  /** Half-closes once everything queued has been sent. */
  end(): void;
  /** Closes at once. */
  abort(): void;
}

/** A link that somebody opened, before it is known who. */
export interface IncomingRelay extends RelayConnection {
  readonly remote: Endpoint;
}

export interface RelayConnectionHandler {
  /** `bytes` is only valid during the call: copy what you keep. */
  data(bytes: Buffer): void;
  /** Called once, and last. */
  closed(fault: Error | undefined): void;
}

/** A running ffmpeg. */
export interface EncoderProcess {
  readonly pid: number | undefined;
  /** Bytes that it hasn't read yet. */
  readonly backlogBytes: number;
  /** Queues pieces for its stdin as one write. Don't modify them afterwards. Ignored after ffmpeg has exited. */
  write(pieces: readonly Uint8Array[]): void;
  /** Closes its input: it processes what it has and exits. */
  endInput(): void;
  /** Kills it. */
  kill(): void;
}

export interface EncoderProcessHandler {
  /** Bytes from output pipe `index`, counted from 0. The receiver may keep them. */
  output(index: number, bytes: Buffer): void;
  outputEnded(index: number): void;
  /** Called once, and last, after all outputs ended. */
  exited(exit: EncoderExit): void;
  /** Further pipes, behind the outputs, whose end nobody waits for. @default none */
  readonly pictures?: PictureHandler;
}

export interface PictureHandler {
  readonly pipes: number;
  /** As `EncoderProcessHandler.output`; counted from 0. */
  output(index: number, bytes: Buffer): void;
}

export interface EncoderExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of its stderr. */
  readonly said: string;
}

/**
 * Starts ffmpeg with these arguments and `outputs` pipes from file descriptor 3 on, and those for pictures behind them. A failure to start is reported as an
 * exit.
 */
export type StartEncoder = (
  args: readonly string[],
  outputs: number,
  handler: EncoderProcessHandler,
) => EncoderProcess;

/** The platform that runs this worker, which might stop it to scale in. */
export interface TaskProtection {
  /** Requests protection from being stopped for this long. Rejects if it isn't granted. */
  hold(forMs: number): Promise<void>;
  /** Ends the protection. */
  release(): Promise<void>;
}
