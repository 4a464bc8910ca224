import { readCard } from '../policy/stream-card.ts';
import type { StreamCards } from './ports.ts';

/** A viewer's page waits for it. */
const timeoutMs = 1_500;

/**
 * Cards from the control APIs of regions. `apiOf`: base URL of a region's API without a trailing slash; undefined if there is no such
 * region.
 */
export const apiCards = (
  apiOf: (region: string | undefined) => Promise<string | undefined>,
  request: typeof fetch = (...call) => fetch(...call),
): StreamCards => ({
  async find(streamId, region) {
    const api = await apiOf(region);
    if (api === undefined) return undefined;
    const answer = await request(`${api}/v1/streams/${streamId}/card`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new CardsUnavailableError(`The control API answered with status ${answer.status}.`);
    return readCard(await answer.json());
  },
});

/** The control API doesn't say. */
export class CardsUnavailableError extends Error {
  override readonly name = 'CardsUnavailableError';
  readonly code = 'CARDS_UNAVAILABLE';
}
