import { useEffect, useState } from 'preact/hooks';
import { type FeedMode, followEvents } from '../api/event-feed.ts';
import type { StreamEvent } from '../api/types.ts';
import { useApi } from '../shell/services.ts';

/** Number of events that the page keeps; older ones are in the API. */
const keptEvents = 300;

export interface Journal {
  /** Newest first. */
  readonly events: readonly StreamEvent[];
  readonly mode: FeedMode;
}

/** The stream's events, followed live. `onNews` is called for each that comes. */
export function useEvents(id: string, onNews: () => void): Journal {
  const api = useApi();
  const [events, setEvents] = useState<readonly StreamEvent[]>([]);
  const [mode, setMode] = useState<FeedMode>('connecting');
  useEffect(
    () =>
      followEvents(api, id, {
        onEvents(fresh) {
          setEvents((before) => [...fresh.toReversed(), ...before].slice(0, keptEvents));
          onNews();
        },
        onMode: setMode,
      }),
    [api, id, onNews],
  );
  return { events, mode };
}
