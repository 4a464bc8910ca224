import { consoleLooksMs } from '../../../config/console-looks.ts';
import type { Audience } from '../api/types.ts';
import { useApi } from '../shell/services.ts';
import { usePolled } from '../ui/use-polled.ts';

/** Who watches a stream; undefined until somebody has. */
export function useAudience(id: string): Audience | undefined {
  const api = useApi();
  const { value } = usePolled(() => api.getAudience(id), consoleLooksMs.audience);
  return value?.broadcastId === undefined ? undefined : value;
}
