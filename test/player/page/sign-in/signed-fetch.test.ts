import { describe, expect, test } from '@jest/globals';
import { ApiError, ApiUnreachableError, createApiClient } from '../../../../lib/player/page/api/client.ts';
import { SignInError } from '../../../../lib/player/page/sign-in/sign-in-error.ts';
import { signedFetch } from '../../../../lib/player/page/sign-in/signed-fetch.ts';

/** An API that accepts one token, as its client with a session sees it. */
function clientWith(accepted: string, session: { token: string; renewed?: string | undefined }) {
  const sent: string[] = [];
  const api = createApiClient(
    'https://api.example.com',
    signedFetch(
      { accessToken: async () => session.token, tokenInstead: async () => session.renewed },
      async (_, init) => {
        const { Authorization = '' } = (init?.headers ?? {}) as Record<string, string>;
        sent.push(Authorization);
        // As API Gateway refuses.
        return Authorization === `Bearer ${accepted}`
          ? Response.json({ streams: [] })
          : Response.json({ message: 'Unauthorized' }, { status: 401 });
      },
    ),
    { liveFeeds: false, unreachable: 'The API in us-east-1 isn’t responding.' },
  );
  return { api, sent };
}

describe('calls with the user’s token', () => {
  test('carry it beside their own headers', async () => {
    let headers: unknown;
    const call = signedFetch(
      { accessToken: async () => 'a', tokenInstead: async () => undefined },
      async (_, init) => {
        headers = init?.headers;
        return new Response();
      },
    );
    await call('https://api.example.com', { headers: { 'Content-Type': 'application/json' } });
    expect(headers).toEqual({ 'Content-Type': 'application/json', Authorization: 'Bearer a' });
  });

  test('are repeated once with another token if the first is rejected', async () => {
    const { api, sent } = clientWith('new', { token: 'old', renewed: 'new' });
    expect(await api.listStreams()).toEqual({ streams: [] });
    expect(sent).toEqual(['Bearer old', 'Bearer new']);
  });

  test.each([
    ['another one doesn’t help', 'other', 2],
    ['there is none', undefined, 1],
  ])('say that the API doesn’t accept the sign-in if %s', async (_, renewed, calls) => {
    const { api, sent } = clientWith('good', { token: 'old', renewed });
    const fault = await api.listStreams().catch((cause: unknown) => cause);
    expect(fault).toBeInstanceOf(ApiError);
    expect(fault).toMatchObject({
      status: 401,
      message: expect.stringContaining('doesn’t accept your sign-in'),
    });
    expect(sent).toHaveLength(calls);
  });

  test('say in the sign-in’s own words why there is no token', async () => {
    const request = signedFetch({
      accessToken: () => Promise.reject(new SignInError('unreachable')),
      tokenInstead: async () => undefined,
    });
    const api = createApiClient('https://api.example.com', request);
    await expect(api.listStreams()).rejects.toThrow(/sign-in service isn’t responding/);
  });

  test('tell a refusal that the page may not read from an API that is down', async () => {
    const sent: unknown[] = [];
    const request = signedFetch(
      { accessToken: async () => 'a', tokenInstead: async () => 'b' },
      async (_, init) => {
        sent.push(init?.mode ?? new Headers(init?.headers).get('Authorization'));
        if (init?.mode === 'no-cors') return new Response();
        throw new TypeError('Failed to fetch');
      },
    );
    const api = createApiClient('https://x', request, { unreachable: 'down' });
    await expect(api.listStreams()).rejects.toMatchObject({ status: 401 });
    expect(sent).toEqual(['Bearer a', 'no-cors', 'Bearer b', 'no-cors']);
  });

  test('name the region whose API doesn’t respond', async () => {
    const request = signedFetch({ accessToken: async () => 'a', tokenInstead: async () => undefined }, () =>
      Promise.reject(new TypeError('fetch failed')),
    );
    const api = createApiClient('https://x', request, {
      unreachable: 'The API in us-east-1 isn’t responding.',
    });
    const fault = await api.listStreams().catch((cause: unknown) => cause);
    expect(fault).toBeInstanceOf(ApiUnreachableError);
    expect(fault).toMatchObject({ message: 'The API in us-east-1 isn’t responding.' });
  });
});
