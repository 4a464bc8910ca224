import type { Audience } from '../api/types.ts';
import { useApi } from '../shell/services.ts';
import { usePolled } from '../ui/use-polled.ts';

/** It changes every ten seconds at most. */
const lookEveryMs = 5_000;

/** Who watches a stream; undefined until somebody has. */
export function useAudience(id: string): Audience | undefined {
  const api = useApi();
  const { value } = usePolled(() => api.getAudience(id), lookEveryMs);
  return value?.broadcastId === undefined ? undefined : value;
}
