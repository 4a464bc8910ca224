import { useState } from 'preact/hooks';
import { faultWords } from '../api/client.ts';

/** Runs one call at a time for a button, and keeps the words for its fault. */
export function useTask(): {
  readonly busy: boolean;
  readonly fault: string | undefined;
  run(task: () => Promise<void>): Promise<void>;
} {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  return {
    busy,
    fault,
    async run(task) {
      setBusy(true);
      setFault(undefined);
      try {
        await task();
      } catch (cause) {
        setFault(faultWords(cause));
      } finally {
        setBusy(false);
      }
    },
  };
}
