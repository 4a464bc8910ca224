import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Polled<Value> {
  /** The last successful result; kept while later calls fail. */
  readonly value: Value | undefined;
  /** The error of the last call; cleared by the next success. */
  readonly fault: unknown;
  /** Polls immediately. */
  refresh(): void;
}

/** Calls `ask` now and again `everyMs` after each result, while the page is visible. */
export function usePolled<Value>(ask: () => Promise<Value>, everyMs: number): Polled<Value> {
  const [value, setValue] = useState<Value>();
  const [fault, setFault] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const current = useRef(ask);
  current.current = ask;

  // Increasing `turn` polls immediately.
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const round = async () => {
      if (document.visibilityState === 'visible') {
        try {
          const answer = await current.current();
          if (stopped) return;
          setValue(answer);
          setFault(undefined);
        } catch (cause) {
          if (stopped) return;
          setFault(cause);
        }
      }
      timer = setTimeout(round, everyMs);
    };
    const seen = () => {
      if (document.visibilityState !== 'visible') return;
      clearTimeout(timer);
      void round();
    };
    void round();
    document.addEventListener('visibilitychange', seen);
    return () => {
      stopped = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [everyMs, turn]);

  const refresh = useCallback(() => setTurn((before) => before + 1), []);
  return { value, fault, refresh };
}
