import { CanaryUnusableError } from '../../../canary/policy/errors.ts';
import type { ControlApi } from '../../../canary/ports.ts';
import { reasonOf } from './edge-requests.ts';

/** A request as it is to be authorized. */
export interface UnauthorizedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** How requests prove who sends them. */
export interface Credentials {
  /** For messages: `the API token`. */
  readonly identity: string;
  /** The headers to send. Throws `CanaryUnusableError` if the credentials can't be had. */
  authorize(request: UnauthorizedRequest): Promise<Readonly<Record<string, string>>>;
}

/** The API of this machine asks its own user for nothing. */
export const noCredentials: Credentials = {
  identity: 'requests without credentials',
  authorize: async ({ headers }) => headers,
};

export const bearerToken = (token: string): Credentials => ({
  identity: 'the API token',
  authorize: async ({ headers }) => ({ ...headers, authorization: `Bearer ${token}` }),
});

/** Longer than the API's own limit of 20 s. */
const timeoutMs = 30_000;

/** The control API at `baseUrl`. */
export function apiRequests(baseUrl: string, { identity, authorize }: Credentials): ControlApi {
  return {
    identity,
    async request(method, path, content) {
      const url = new URL(`${baseUrl}${path}`);
      const body = content && JSON.stringify(content);
      const headers = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
      const authorized = await authorize({ method, url, headers, ...(body && { body }) });
      const response = await answered(url, { method, headers: authorized, ...(body && { body }) });
      return { status: response.status, body: parsed(await response.text()) };
    },
  };
}

async function answered(url: URL, init: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(url, { ...init, redirect: 'manual', signal });
  } catch (cause) {
    const why = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause);
    throw new CanaryUnusableError(
      `The API at ${url.origin} can't be reached (${why}). Check --api; a deploy prints it as ApiUrl.`,
      { cause },
    );
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
