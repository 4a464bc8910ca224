import type { DocumentStore } from '../../control-store/ports.ts';
import { isStreamId } from '../../routing/ids.ts';
import type { DownloadRunner } from './download-runner.ts';

export interface MakeDownloadsParts {
  readonly store: Pick<DocumentStore, 'listOpenDocuments'>;
  readonly runner: Pick<DownloadRunner, 'run' | 'sweep'>;
}

/**
 * Writes one stream's downloads if the control API sends `{ streamId }`, all that are due if the schedule invokes it. A sweep logs its
 * errors and continues, so this function reads the store itself first: an invocation that can do nothing must fail.
 */
export async function makeDownloads(event: unknown, { store, runner }: MakeDownloadsParts): Promise<void> {
  const streamId = (event as { streamId?: unknown } | null)?.streamId;
  if (typeof streamId === 'string' && isStreamId(streamId)) return await runner.run(streamId);
  const { streamIds } = await store.listOpenDocuments('downloads', { limit: 1 });
  if (streamIds.length > 0) await runner.sweep();
}
