import { useState } from 'preact/hooks';
import { ApiError, faultWords } from '../api/client.ts';
import { type FieldFaults, FieldFaultsError, fieldFaultsOf } from '../model/field-faults.ts';

export interface Task {
  readonly busy: boolean;
  /** The error, if it isn't about a field. */
  readonly fault: string | undefined;
  readonly fieldFaults: FieldFaults;
  /** Resolves to true on success. */
  run(task: () => Promise<void>): Promise<boolean>;
}

interface Faults {
  readonly fault?: string;
  readonly fieldFaults: FieldFaults;
}

const noFaults: Faults = { fieldFaults: {} };

/** Runs one call at a time for a button and keeps its error. `fields`: fields that can show an error of their own. */
export function useTask(fields: readonly string[] = []): Task {
  const [busy, setBusy] = useState(false);
  const [faults, setFaults] = useState(noFaults);
  return {
    busy,
    fault: faults.fault,
    fieldFaults: faults.fieldFaults,
    async run(task) {
      setBusy(true);
      setFaults(noFaults);
      try {
        await task();
        return true;
      } catch (cause) {
        setFaults(faultsOf(cause, fields));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}

function faultsOf(cause: unknown, fields: readonly string[]): Faults {
  if (cause instanceof FieldFaultsError) return { fieldFaults: cause.fields };
  const fieldFaults = cause instanceof ApiError ? fieldFaultsOf(cause.faults, fields) : undefined;
  return fieldFaults ? { fieldFaults } : { fault: faultWords(cause), fieldFaults: {} };
}
