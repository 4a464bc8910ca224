import { createCall } from './client.ts';

/** A program of this machine; a unit test holds it against the API's own schema. */
export interface LocalProcess {
  readonly role: string;
  readonly name: string;
  /** Left out while it is restarting. */
  readonly pid?: number;
  readonly state: 'up' | 'draining' | 'restarting';
  readonly restarts: number;
}

export type StopKind = 'kill' | 'drain';

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
      return (await call<{ processes: readonly LocalProcess[] }>('GET', processes)).processes;
    },
    stop: (name, how) => call('POST', `${processes}/${encodeURIComponent(name)}/stop`, { how }),
  };
}
