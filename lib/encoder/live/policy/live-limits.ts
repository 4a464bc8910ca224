import { heldTiming } from '../../../edge/policy/upstream/held.ts';
import { playerBufferMs, segmentMs } from '../../../packaging/segment-grid.ts';

/** What a broadcast's live bytes and whoever waits for them may occupy. */
export const liveLimits = {
  /**
   * Segments kept, complete ones and the open one: parts are listed for three target durations, and a player that has read such a
   * playlist asks a little later. Older segments are in the object store.
   */
  segments: playerBufferMs / segmentMs + 5,
  /** A ladder of more than 30 Mb/s keeps fewer segments. */
  bytes: 64 * 1024 * 1024,
  /** Encoders of one segment whose parts are kept: players may have the names of a crashed one's. */
  takes: 2,
  /** Requests held at a time. One live origin needs a few for each rendition. */
  waiting: 4000,
  /** A request is held at most this long. Live origins are more patient. */
  holdMs: heldTiming.workerMs,
  /**
   * A segment's body ends when the object store has the segment, so that no cache keeps complete bytes that another worker would
   * have to make again differently; if the object store is slow or failing, at the latest this long after the last byte.
   */
  endsAfterMs: 1000,
} as const;
