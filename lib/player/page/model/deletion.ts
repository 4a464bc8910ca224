import type { Deletion } from '../api/types.ts';
import { formatWhen } from './format.ts';

/** What the list says of a stream that has just been deleted: what becomes of its recordings, and until when. */
export function deletionWords(name: string, deletion: Deletion, nowMs: number): string {
  const { darkAfterMs, recordings, keptUntil, state, detail } = deletion;
  const deleted = `Stream “${name}” deleted.`;
  // Something needs attention, which only the API's own words tell.
  if (darkAfterMs === undefined) return `${deleted} ${detail}`;
  if (recordings === 'delete') {
    return `${deleted} The recordings ${state === 'deleted' ? 'have been' : 'are being'} deleted.`;
  }
  const until =
    keptUntil === undefined
      ? 'until someone deletes them'
      : `until ${formatWhen(Date.parse(keptUntil), nowMs)}`;
  return `${deleted} The recordings stay in storage that no viewer can reach, ${until}.`;
}
