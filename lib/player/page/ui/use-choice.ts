import { useEffect, useState } from 'preact/hooks';
import { useTask } from './use-task.ts';

/** A setting with few values: a choice shows immediately, and is reverted if `save` fails. `current`: what is stored. */
export function useChoice<Value>(current: Value, save: (value: Value) => Promise<void>) {
  const { busy, fault, run } = useTask();
  const [wanted, setWanted] = useState<Value>();
  useEffect(() => setWanted(undefined), [current]);
  const choose = (value: Value) =>
    run(async () => {
      setWanted(value);
      try {
        await save(value);
      } catch (cause) {
        setWanted(undefined);
        throw cause;
      }
    });
  return { shown: wanted ?? current, busy, fault, choose };
}
