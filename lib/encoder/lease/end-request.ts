import type { EndReason } from '../../control-store/records.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EncoderStore } from '../ports.ts';

/** Whoever asks for an end by the lease does so on somebody's wish, or because the stream is taken down: its record tells which. */
export async function requestedEndReason(
  store: Pick<EncoderStore, 'getStream'>,
  streamId: StreamId,
): Promise<EndReason> {
  const stream = await store.getStream(streamId).catch(() => undefined);
  return stream?.takenDown ? 'taken-down' : 'ended-by-api';
}
