import createClient, { type Client } from 'openapi-fetch';
import type { components, paths } from './control-api.d.ts';

export type ApiClient = Client<paths>;
export type CreatedStream = components['schemas']['CreatedStream'];
export type Stream = components['schemas']['Stream'];
type Problem = components['schemas']['Problem'];

/** The API answered a request with a problem (RFC 9457). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.title}. ${problem.detail}`);
    this.problem = problem;
  }

  /** For example `not-on-air`. */
  get kind(): string {
    return this.problem.type.split(':').at(-1) ?? '';
  }
}

/** `url`: of the API, for example http://127.0.0.1:8441. `token`: what it asks others than this machine's user for. */
export const createApiClient = (url: string, token?: string): ApiClient =>
  createClient<paths>({
    baseUrl: url,
    ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
  });

/** What the API answered; throws `ApiError` if that is a problem. */
export async function demand<Data>(
  answer: Promise<{ readonly data?: Data; readonly error?: unknown; readonly response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer;
  if (response.ok) return data as Data;
  // A gateway in front of the API answers in its own words.
  const problem = typeof error === 'object' && error !== null && 'detail' in error ? error : undefined;
  throw problem
    ? new ApiError(problem as Problem)
    : new Error(`The API answered ${response.status}: ${JSON.stringify(error)}`);
}
