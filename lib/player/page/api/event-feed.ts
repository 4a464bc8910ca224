import type { ApiClient } from './client.ts';
import type { StreamEvent } from './types.ts';

/** How the feed learns of events at the moment. */
export type FeedMode = 'connecting' | 'live' | 'polling' | 'unreachable';

interface FeedListener {
  /** New events in rising order, each once. */
  onEvents(events: readonly StreamEvent[]): void;
  onMode(mode: FeedMode): void;
}

const pollMs = 3_000;
const retryLiveMs = 30_000;
const pageSize = 200;

/**
 * Follows a stream's events: the newest ones at first, then each as it happens through server-sent events, or by polling
 * while those do not get through (a proxy in between, an API that restarts). Each time the live feed opens, what was
 * missed is fetched, so nothing is lost on the way. Returns a function that stops it.
 */
export function followEvents(api: ApiClient, id: string, listener: FeedListener): () => void {
  let last: number | undefined;
  let stopped = false;
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let liveAgainAtMs = 0;

  const take = (events: readonly StreamEvent[]) => {
    const fresh = events.filter((event) => last === undefined || event.sequence > last);
    if (stopped || fresh.length === 0) return;
    last = fresh.at(-1)?.sequence;
    listener.onEvents(fresh);
  };

  const fetchMissed = async (): Promise<boolean> => {
    try {
      take(await api.listEvents(id, last, pageSize));
      return true;
    } catch {
      return false;
    }
  };

  const poll = async () => {
    const reached = await fetchMissed();
    if (stopped) return;
    listener.onMode(reached ? 'polling' : 'unreachable');
    if (reached && performance.now() >= liveAgainAtMs) return openLive();
    timer = setTimeout(poll, pollMs);
  };

  const openLive = () => {
    source = new EventSource(api.eventsUrl(id));
    // Events that arrive while the missed ones are fetched wait, so that the order holds.
    let early: StreamEvent[] | undefined = [];
    source.onopen = async () => {
      const reached = await fetchMissed();
      if (stopped) return;
      take(early ?? []);
      early = undefined;
      if (reached) listener.onMode('live');
    };
    source.onmessage = ({ data }) => {
      const event = readEvent(data);
      if (event === undefined) return;
      if (early) early.push(event);
      else take([event]);
    };
    source.onerror = () => {
      source?.close();
      liveAgainAtMs = performance.now() + retryLiveMs;
      void poll();
    };
  };

  listener.onMode('connecting');
  void poll();
  return () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
}

function readEvent(data: unknown): StreamEvent | undefined {
  try {
    const event = JSON.parse(String(data)) as Partial<StreamEvent>;
    return typeof event.sequence === 'number' ? (event as StreamEvent) : undefined;
  } catch {
    return undefined;
  }
}
