import type {
  BroadcastStore,
  DocumentStore,
  FleetStore,
  LeaseStore,
  StreamEventStore,
  StreamStore,
} from '../control-store/ports.ts';

/** The slice of the control store that a worker needs. */
export type EncoderStore = Pick<StreamStore, 'getStream'> &
  BroadcastStore &
  LeaseStore &
  FleetStore &
  Pick<StreamEventStore, 'appendEvent'> &
  Pick<DocumentStore, 'getDocument' | 'putDocument'>;

/** The worker's end of a relay link: bytes both ways. Nothing is read before `start`. */
export interface RelayConnection {
  start(handler: RelayConnectionHandler): void;
  write(bytes: Uint8Array): void;
  /** Stops reading; what was already read may still come. */
  pause(): void;
  resume(): void;
  /** Half-closes after what is queued. */
  end(): void;
  /** Closes at once. */
  abort(): void;
}

export interface RelayConnectionHandler {
  /** The bytes are lent until it returns: copy what is kept. */
  data(bytes: Buffer): void;
  /** Once and last. */
  closed(fault: Error | undefined): void;
}

/** A running ffmpeg. */
export interface EncoderProcess {
  readonly pid: number | undefined;
  /** Bytes that it has not taken yet. */
  readonly backlogBytes: number;
  /** Queues pieces for its stdin as one write. They must not change afterwards. After its end they are dropped. */
  write(pieces: readonly Uint8Array[]): void;
  /** No more input: it works off what it has and exits. */
  endInput(): void;
  /** Ends it at once. */
  kill(): void;
}

export interface EncoderProcessHandler {
  /** Bytes of output pipe `index`, counted from 0. They may be kept. */
  output(index: number, bytes: Buffer): void;
  outputEnded(index: number): void;
  /** Once and last, after all outputs ended. */
  exited(exit: EncoderExit): void;
}

export interface EncoderExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The end of what it said on stderr. */
  readonly said: string;
}

/** Starts ffmpeg with these arguments and `outputs` pipes from file descriptor 3 on. A failure to start is an exit. */
export type StartEncoder = (
  args: readonly string[],
  outputs: number,
  handler: EncoderProcessHandler,
) => EncoderProcess;

/** The platform that runs this worker, and that would stop it to save a machine. */
export interface TaskProtection {
  /** Asks not to be stopped for so long. Rejects where that was not granted. */
  hold(forMs: number): Promise<void>;
  /** It may be stopped again. */
  release(): Promise<void>;
}
