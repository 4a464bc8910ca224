import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { whileVisible } from './while-visible.ts';

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
    const round = async (isStopped: () => boolean) => {
      try {
        const answer = await current.current();
        if (isStopped()) return;
        setValue(answer);
        setFault(undefined);
      } catch (cause) {
        if (!isStopped()) setFault(cause);
      }
    };
    return whileVisible(round, everyMs);
  }, [everyMs, turn]);

  const refresh = useCallback(() => setTurn((before) => before + 1), []);
  return { value, fault, refresh };
}
