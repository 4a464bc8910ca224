import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Polled<Value> {
  /** The last good answer; it stays while later ones fail. */
  readonly value: Value | undefined;
  /** The fault of the last call, gone with the next good answer. */
  readonly fault: unknown;
  /** Asks now. */
  refresh(): void;
}

/** Asks `ask` now and every `everyMs` after each answer, while the page can be seen. */
export function usePolled<Value>(ask: () => Promise<Value>, everyMs: number): Polled<Value> {
  const [value, setValue] = useState<Value>();
  const [fault, setFault] = useState<unknown>();
  const [turn, setTurn] = useState(0);
  const current = useRef(ask);
  current.current = ask;

  // A rise of `turn` asks again at once.
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
