import type { Deployment } from '../../config/deployment.ts';
import { scopes } from '../../config/scopes.ts';
import { type SignInConfig, signInReturnPath } from '../../player/policy/runtime-config.ts';

/** How the console signs in with a deployment's own issuer. */
export function issuerSignIn(jwt: NonNullable<Deployment['api']['jwt']>): SignInConfig {
  return {
    issuer: jwt.issuer,
    clientId: jwt.clientId ?? jwt.audiences[0] ?? '',
    scopes: jwt.consoleScopes.map((scope) => jwt.scopePrefix + scope),
    parameters: jwt.authorizationParameters,
    origins: [...new Set([new URL(jwt.issuer).origin, ...jwt.endpointOrigins])],
  };
}

/** Cognito's names for a user pool of ours. `account` and `urlSuffix` may be CDK tokens. */
export const cognitoNames = (deployment: string) =>
  ({
    resourceServer: deployment,
    scopePrefix: `${deployment}/`,
    /** Unique among all customers of a region. */
    domainPrefix: (account: string) => `${deployment}-${account}`,
    signInOrigin: (account: string, region: string) =>
      `https://${deployment}-${account}.auth.${region}.amazoncognito.com`,
    issuerOrigin: (region: string, urlSuffix: string) => `https://cognito-idp.${region}.${urlSuffix}`,
  }) as const;

export interface CognitoPlace {
  readonly deployment: string;
  readonly account: string;
  readonly region: string;
  readonly urlSuffix: string;
}

/** Origins that the page connects to in order to sign in with Cognito; known before the user pool exists. */
export function cognitoOrigins({ deployment, account, region, urlSuffix }: CognitoPlace): readonly string[] {
  const names = cognitoNames(deployment);
  return [names.issuerOrigin(region, urlSuffix), names.signInOrigin(account, region)];
}

/** How the console signs in with a user pool of ours. */
export function cognitoSignIn(
  place: CognitoPlace,
  { issuer, clientId, pageBaseUrl }: { issuer: string; clientId: string; pageBaseUrl: string },
): SignInConfig {
  const { scopePrefix, signInOrigin } = cognitoNames(place.deployment);
  return {
    issuer,
    clientId,
    scopes: scopes.map((scope) => scopePrefix + scope),
    parameters: {},
    origins: cognitoOrigins(place),
    // Cognito has no end_session_endpoint: its own wants the client and where to go next.
    signOutUrl: `${signInOrigin(place.account, place.region)}/logout?client_id=${clientId}&logout_uri=${pageBaseUrl}${signInReturnPath}`,
  };
}

/** What a user pool's access tokens say: every user has every scope, so groups decide about the privileged ones. */
export const cognitoClaims = { ownerClaim: 'sub', groupsClaim: 'cognito:groups' } as const;
