import { once } from 'node:events';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, exportJWK, generateKeyPair, type JWTVerifyGetKey } from 'jose';
import Provider from 'oidc-provider';
import { scopes } from '../../../lib/config/scopes.ts';

export interface OidcIssuer {
  readonly port: number;
  readonly keys: JWTVerifyGetKey;
  /** `grant_type` of each request for tokens that was granted, in order. */
  readonly grants: string[];
  close(): Promise<void>;
}

export interface OidcIssuerParts {
  /** The issuer's address for the browser. */
  readonly issuer: string;
  readonly clientId: string;
  /** What access tokens are for. */
  readonly audience: string;
  readonly pageOrigin: string;
  /** The groups of a user. */
  readonly groupsOf: (user: string) => readonly string[];
  readonly tls: Pick<ServerOptions, 'cert' | 'key'>;
}

/** A real OpenID Connect issuer with one public client: anybody can sign in, and everybody is granted every scope. */
export async function startOidcIssuer(parts: OidcIssuerParts): Promise<OidcIssuer> {
  const { issuer, clientId, audience, pageOrigin, groupsOf, tls } = parts;
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'RS256', kid: 'key-1' };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: [`${pageOrigin}/`],
        post_logout_redirect_uris: [`${pageOrigin}/`],
      },
    ],
    jwks: { keys: [jwk] },
    cookies: { keys: ['a key of the tests'] },
    claims: { openid: ['sub', 'email'] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.com` }),
    }),
    extraTokenClaims: (_context, token) =>
      'accountId' in token ? { groups: groupsOf(String(token.accountId)) } : undefined,
    clientBasedCORS: (_context, origin) => origin === pageOrigin,
    features: {
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => `urn:api:${audience}`,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience,
          accessTokenTTL: 900,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    ttl: { Session: 3_600, Interaction: 600, Grant: 3_600, IdToken: 3_600, RefreshToken: 3_600 },
  });
  const grants: string[] = [];
  provider.on('grant.success', ({ oidc }) => grants.push(String(oidc.params?.grant_type)));
  const server = createServer(tls, provider.callback());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { kty, n, e } = jwk;
  return {
    port: (server.address() as AddressInfo).port,
    keys: createLocalJWKSet({ keys: [{ kty: kty ?? '', n, e, kid: jwk.kid, alg: jwk.alg } as never] }),
    grants,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
