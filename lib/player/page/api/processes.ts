import { createCall } from './client.ts';
import type { LocalProcess, ProcessList, StopKind } from './types.ts';

/** The supervisor's API on a single machine. Every call may throw `ApiError` or `ApiUnreachableError`. */
export interface ProcessClient {
  list(): Promise<readonly LocalProcess[]>;
  stop(name: string, how: StopKind): Promise<void>;
}

export function createProcessClient(baseUrl: string, request: typeof fetch = fetch): ProcessClient {
  const call = createCall(request);
  const processes = `${baseUrl}/v1/processes`;
  return {
    async list() {
      return (await call<ProcessList>('GET', processes)).processes;
    },
    stop: (name, how) => call('POST', `${processes}/${encodeURIComponent(name)}/stop`, { how }),
  };
}
