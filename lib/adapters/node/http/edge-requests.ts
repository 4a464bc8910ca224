import type { RequestEdge } from '../../../canary/ports.ts';

/** A player gives up a request that takes longer. */
const timeoutMs = 10_000;

/** Requests to the edge that come from a page at `origin`, as far as headers say. */
export function edgeRequests(origin: string): RequestEdge {
  return async (url, { method = 'GET', headers = {}, signal } = {}) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const requestedAtMs = performance.now();
    try {
      const response = await fetch(url, {
        method,
        headers: { origin, ...headers },
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
      const body = Buffer.from(await response.arrayBuffer());
      return {
        url,
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body,
        requestedAtMs,
        arrivedAtMs: performance.now(),
      };
    } catch (cause) {
      const why = limit.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause);
      throw new Error(`${new URL(url).pathname}: ${why}`, { cause });
    }
  };
}

/** fetch hides the reason one level down. */
export function reasonOf(fault: unknown): string {
  const { cause, message } = fault as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message ?? String(fault);
}
