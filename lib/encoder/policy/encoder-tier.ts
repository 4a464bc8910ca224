import type { BroadcastRecord, EncoderTier, StreamRecord } from '../../control-store/records.ts';
import type { BroadcastId, SessionId } from '../../routing/ids.ts';

export interface TierFacts {
  readonly stream: Pick<StreamRecord, 'encoder'>;
  /** The broadcast that begins or continues. */
  readonly broadcastId: BroadcastId;
  /** The stream's newest record before the lease was taken. */
  readonly last?: Pick<BroadcastRecord, 'id' | 'encoder' | 'endReason' | 'sessionId'> | undefined;
  /** The publish session that needs it; undefined if there is none. */
  readonly sessionId?: SessionId | undefined;
}

/**
 * What encodes a broadcast. One that continues stays where it is. A publisher that stayed connected through the end of its
 * managed channel gets the fleet; once it connects anew, the stream's setting applies again.
 */
export function encoderTier({ stream, broadcastId, last, sessionId }: TierFacts): EncoderTier {
  if (last?.id === broadcastId) return last.encoder ?? 'fleet';
  const fellBack =
    last?.encoder === 'medialive' &&
    last.endReason === 'encoder-failed' &&
    sessionId !== undefined &&
    last.sessionId === sessionId;
  return fellBack ? 'fleet' : (stream.encoder ?? 'fleet');
}
