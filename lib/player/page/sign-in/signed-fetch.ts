import { ApiUnreachableError } from '../api/client.ts';
import type { SignInSession } from './session.ts';
import { SignInError } from './sign-in-error.ts';

const probeTimeoutMs = 4_000;

/** `fetch` with the user's token. A rejected token is renewed once: it may have been revoked, or a clock may be off. */
export function signedFetch(
  session: Pick<SignInSession, 'accessToken' | 'tokenInstead'>,
  request: typeof fetch = (...call) => fetch(...call),
): typeof fetch {
  return async (url, init) => {
    const send = async (token: string): Promise<Response> => {
      try {
        return await request(url, {
          ...init,
          headers: { ...init?.headers, Authorization: `Bearer ${token}` },
        });
      } catch (cause) {
        if (await isRefusal(cause, url, request)) return new Response(null, { status: 401 });
        throw cause;
      }
    };
    try {
      const token = await session.accessToken();
      const response = await send(token);
      if (response.status !== 401) return response;
      const another = await session.tokenInstead(token);
      return another === undefined ? response : await send(another);
    } catch (cause) {
      if (cause instanceof SignInError) throw new ApiUnreachableError(cause.message, { cause });
      throw cause;
    }
  };
}

/**
 * Whether a call failed because its answer may not be read, rather than because there was none. An HTTP API puts CORS headers on its
 * function's answers; it promises none for its own refusals.
 */
async function isRefusal(
  cause: unknown,
  url: Parameters<typeof fetch>[0],
  request: typeof fetch,
): Promise<boolean> {
  if (!(cause instanceof TypeError)) return false;
  const probe = { mode: 'no-cors', cache: 'no-store', signal: AbortSignal.timeout(probeTimeoutMs) } as const;
  return request(url, probe).then(
    () => true,
    () => false,
  );
}
