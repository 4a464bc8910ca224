import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import type { Stream } from '../api/types.ts';
import { isBehind, withFresh } from '../model/stream-list.ts';
import { isOnAir } from '../model/stream-state.ts';
import { useApi } from '../shell/services.ts';
import { whileVisible } from '../ui/while-visible.ts';

/** The most streams that are loaded: who has more looks for them in the API. */
const mostPages = 50;
const everyMs = 3_000;

export interface KnownStreams {
  /** Undefined until the first page has come. */
  readonly streams: readonly Stream[] | undefined;
  /** All pages have come. */
  readonly complete: boolean;
  readonly fault: unknown;
}

/**
 * All streams. The first page is there at once, the others follow. Then every three seconds those on air are read again, and one page of
 * the others: a thousand streams cost the platform no more than a hundred, and what begins or ends is seen at once all the same.
 */
export function useStreams(): KnownStreams {
  const api = useApi();
  const [known, setKnown] = useState<KnownStreams>({ streams: undefined, complete: false, fault: undefined });
  const current = useRef<readonly Stream[]>([]);

  const show = useCallback((streams: readonly Stream[], complete: boolean) => {
    current.current = streams;
    setKnown((before) => ({ streams, complete: before.complete || complete, fault: undefined }));
  }, []);

  useEffect(() => {
    let stopped = false;
    /** Where each page begins; undefined is the first. New streams come onto that, because the newest are listed first. */
    let starts: (PageStart | undefined)[] = [undefined];
    let turn = 0;

    const readPage = async (at: number): Promise<void> => {
      const start = starts[at];
      const page = await api.listStreams(start?.cursor);
      if (stopped) return;
      const { cursor } = page;
      const last = page.streams.at(-1);
      const next = cursor === undefined || last === undefined ? undefined : { cursor, behind: last };
      starts = starts.slice(0, next === undefined ? at + 1 : undefined);
      if (next !== undefined) starts[at + 1] = next;
      // What was deleted is missing between the page's two ends.
      const kept = current.current.filter(
        (stream) =>
          (start !== undefined && !isBehind(stream, start.behind)) ||
          (next !== undefined && isBehind(stream, next.behind)),
      );
      const complete = next === undefined || at + 1 >= mostPages;
      const known = new Map(current.current.map((stream) => [stream.id, stream]));
      const again = page.streams.flatMap(({ id }) => known.get(id) ?? []);
      show(withFresh([...kept, ...again], page.streams), complete);
    };

    const readOnAir = async (): Promise<void> => {
      const streams: Stream[] = [];
      let from: string | undefined;
      do {
        const page = await api.listOnAir(from);
        streams.push(...page.streams);
        from = page.cursor;
      } while (from !== undefined && !stopped);
      if (stopped) return;
      const ids = new Set(streams.map(({ id }) => id));
      const over = current.current.filter(({ id, state }) => isOnAir(state) && !ids.has(id));
      const ended = await Promise.all(
        over.slice(0, 20).map(({ id }) => api.getStream(id).catch(goneAsUndefined)),
      );
      if (stopped) return;
      const gone = new Set(over.filter((_, at) => at < 20 && ended[at] === undefined).map(({ id }) => id));
      const left = current.current.filter(({ id }) => !gone.has(id));
      show(withFresh(left, [...streams, ...ended.flatMap((each) => each ?? [])]), true);
    };

    const loadAll = async (): Promise<void> => {
      for (let at = 0; at < starts.length && at < mostPages && !stopped; at++) await readPage(at);
    };

    const round = async (): Promise<void> => {
      try {
        if (turn === 0) await loadAll();
        else {
          await readPage(turn % Math.min(starts.length, mostPages));
          if (starts.length > 1) await readOnAir();
        }
        turn++;
      } catch (fault) {
        if (!stopped) setKnown((before) => ({ ...before, fault }));
      }
    };
    const stop = whileVisible(round, everyMs);
    return () => {
      stopped = true;
      stop();
    };
  }, [api, show]);

  return known;
}

interface PageStart {
  readonly cursor: string;
  /** The last stream of the page before. */
  readonly behind: Stream;
}

/** A stream that has been deleted meanwhile. */
function goneAsUndefined(cause: unknown): undefined {
  if (cause instanceof ApiError && cause.status === 404) return undefined;
  throw cause;
}
