import { describe, expect, test } from '@jest/globals';
import { SignInSession } from '../../../../lib/player/page/sign-in/session.ts';
import { TabStorage } from '../../../../lib/player/page/sign-in/tab-storage.ts';

const issuer = 'https://login.example.com';
const pageOrigin = 'https://live.example.com';

interface IssuerOptions {
  readonly refreshToken?: string;
  readonly scopesSupported?: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
  readonly signOutUrl?: string;
  readonly blocked?: boolean;
}

/** A session in front of a scripted issuer, with a clock of its own. */
function signIn(options: IssuerOptions = {}) {
  const items = new Map<string, string>();
  const memory = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
  const storage = new TabStorage(() => {
    if (options.blocked) throw new Error('SecurityError');
    return memory;
  });
  storage.refreshToken = options.refreshToken;
  const world = {
    down: false,
    refuses: false,
    nowMs: 1_000_000,
    renewals: 0,
    revoked: [] as string[],
    ended: [] as string[],
  };
  const session = new SignInSession({
    config: {
      issuer,
      clientId: 'console',
      scopes: ['streams:read'],
      parameters: options.parameters ?? {},
      origins: [issuer],
      ...(options.signOutUrl !== undefined && { signOutUrl: options.signOutUrl }),
    },
    pageOrigin,
    storage,
    nowMs: () => world.nowMs,
    request: async (url, init) => {
      if (world.down) throw new TypeError('Failed to fetch');
      const { pathname } = new URL(String(url));
      if (pathname === '/.well-known/openid-configuration') {
        return Response.json({
          issuer,
          authorization_endpoint: `${issuer}/auth`,
          token_endpoint: `${issuer}/token`,
          revocation_endpoint: `${issuer}/revoke`,
          end_session_endpoint: `${issuer}/end`,
          scopes_supported: options.scopesSupported ?? ['openid'],
        });
      }
      const form = new URLSearchParams(String(init?.body));
      if (pathname === '/revoke') {
        world.revoked.push(form.get('token') ?? '');
        return new Response();
      }
      if (world.refuses) return Response.json({ error: 'invalid_grant' }, { status: 400 });
      world.renewals += 1;
      const number = world.renewals;
      return Response.json({
        access_token: `a${number}`,
        token_type: 'Bearer',
        expires_in: 900,
        refresh_token: `r${number}`,
      });
    },
  });
  session.onEnd = ({ code }) => world.ended.push(code);
  return { session, storage, world };
}

describe('renewal', () => {
  test('happens once for all calls that need it, stores the next refresh token, and again before the token expires', async () => {
    const { session, storage, world } = signIn({ refreshToken: 'r0' });
    expect(await Promise.all([session.accessToken(), session.accessToken()])).toEqual(['a1', 'a1']);
    expect(storage.refreshToken).toBe('r1');
    world.nowMs += 869_000;
    expect(await session.accessToken()).toBe('a1');
    world.nowMs += 2_000;
    expect(await session.accessToken()).toBe('a2');
  });

  test('after a reload continues the tab’s sign-in, if there is one', async () => {
    expect(await signIn().session.resume()).toBe(false);
    expect(await signIn({ refreshToken: 'r0' }).session.resume()).toBe(true);
  });

  test('that finds the issuer down ends nothing, and works once it is back', async () => {
    const { session, storage, world } = signIn({ refreshToken: 'r0' });
    world.down = true;
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'unreachable' });
    expect([storage.refreshToken, world.ended]).toEqual(['r0', []]);
    world.down = false;
    expect(await session.accessToken()).toBe('a1');
  });

  test('that the issuer refuses ends the sign-in', async () => {
    const { session, storage, world } = signIn({ refreshToken: 'r0' });
    world.refuses = true;
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'expired' });
    expect([storage.refreshToken, world.ended]).toEqual([undefined, ['expired']]);
  });

  test('of a rejected token is tried once: another new one would be rejected, too', async () => {
    const { session, world } = signIn({ refreshToken: 'r0' });
    const first = await session.accessToken();
    world.nowMs += 60_000;
    expect(await session.tokenInstead(first)).toBe('a2');
    expect(await session.tokenInstead(first)).toBe('a2');
    expect(await session.tokenInstead('a2')).toBeUndefined();
    expect(world.renewals).toBe(2);
  });
});

describe('the way to the issuer', () => {
  test('asks for a code with PKCE, for the scopes, with what this issuer wants besides', async () => {
    const { session, storage } = signIn({
      scopesSupported: ['openid', 'offline_access'],
      parameters: { audience: 'api', state: 'never', client_id: 'never' },
    });
    const { origin, pathname, searchParams } = new URL(await session.begin('/streams/x?region=y'));
    const pending = storage.takePending();
    expect([origin, pathname]).toEqual([issuer, '/auth']);
    expect(Object.fromEntries(searchParams)).toEqual({
      audience: 'api',
      client_id: 'console',
      redirect_uri: `${pageOrigin}/`,
      response_type: 'code',
      scope: 'openid offline_access streams:read',
      state: pending?.state,
      nonce: pending?.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(searchParams.get('code_challenge')).not.toBe(pending?.codeVerifier);
    expect(pending?.returnTo).toBe('/streams/x?region=y');
  });

  test('asks for offline access only where the issuer knows it', async () => {
    const url = new URL(await signIn().session.begin('/'));
    expect(url.searchParams.get('scope')).toBe('openid streams:read');
  });

  test('isn’t taken where the browser keeps nothing: nobody could come back', async () => {
    await expect(signIn({ blocked: true }).session.begin('/')).rejects.toMatchObject({ code: 'no-storage' });
  });

  test('back is refused for a state that this tab didn’t send, and then for its own, too', async () => {
    const { session } = signIn();
    const state = new URL(await session.begin('/')).searchParams.get('state');
    for (const answer of [
      '?code=c&state=other',
      `?code=c&state=${state}`,
      '?error=x&error_description=y&state=z',
    ]) {
      await expect(session.finish(new URL(answer, pageOrigin))).rejects.toMatchObject({ code: 'mismatch' });
    }
  });

  test('back with a refusal gives the issuer’s own words', async () => {
    const { session } = signIn();
    const state = new URL(await session.begin('/')).searchParams.get('state');
    const answer = new URL(
      `?error=invalid_scope&error_description=No+such+scope.&state=${state}`,
      pageOrigin,
    );
    await expect(session.finish(answer)).rejects.toThrow('The sign-in service refused: No such scope.');
  });
});

describe('signing out', () => {
  test('revokes the refresh token, and leads to the issuer’s end', async () => {
    const { session, storage, world } = signIn({ refreshToken: 'r0' });
    const url = new URL(await session.end());
    expect(`${url.origin}${url.pathname}`).toBe(`${issuer}/end`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'console',
      post_logout_redirect_uri: `${pageOrigin}/`,
    });
    expect([world.revoked, storage.refreshToken]).toEqual([['r0'], undefined]);
  });

  test('leads to the configured address instead', async () => {
    const signOutUrl = 'https://login.example.com/logout?client_id=console';
    expect(await signIn({ refreshToken: 'r0', signOutUrl }).session.end()).toBe(signOutUrl);
  });

  test('works here while the issuer is down', async () => {
    const { session, storage, world } = signIn({ refreshToken: 'r0' });
    world.down = true;
    expect(await session.end()).toBe(`${pageOrigin}/`);
    expect(storage.refreshToken).toBeUndefined();
  });
});
