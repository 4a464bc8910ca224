import { consoleLooksMs } from '../../../config/console-looks.ts';
import type { ApiClient } from './client.ts';
import type { StreamEvent } from './types.ts';

/** How the feed currently receives events. */
export type FeedMode = 'connecting' | 'live' | 'polling' | 'unreachable';

interface FeedListener {
  /** New events in ascending order, each once. */
  onEvents(events: readonly StreamEvent[]): void;
  onMode(mode: FeedMode): void;
}

const retryLiveMs = 30_000;
const pageSize = 200;

/**
 * Follows a stream's events: first the newest ones, then each one live through server-sent events, or by polling while
 * those don't work (a proxy in between, an API restart) or don't exist. Each time the live feed opens, missed events are fetched, so
 * none are lost. Returns a function that stops it.
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
    if (reached && api.eventsUrl && performance.now() >= liveAgainAtMs) return openLive(api.eventsUrl);
    timer = setTimeout(poll, consoleLooksMs.journal);
  };

  const openLive = (eventsUrl: (id: string) => string) => {
    source = new EventSource(eventsUrl(id));
    // Events that arrive while missed ones are being fetched wait, to keep the order.
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
