import type { EndReason } from '../../control-store/records.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EncoderStore } from '../ports.ts';

/** An end requested through the lease comes either from a person or from a takedown: the stream's record tells which. */
export async function requestedEndReason(
  store: Pick<EncoderStore, 'getStream'>,
  streamId: StreamId,
): Promise<EndReason> {
  const stream = await store.getStream(streamId).catch(() => undefined);
  return stream?.takenDown ? 'taken-down' : 'ended-by-api';
}
