import { privilegedScopes, type Scope, scopes } from '../../config/scopes.ts';
import { isOwnUser, type RequestOrigin } from '../../net/policy/loopback.ts';
import { isBearer } from '../../protocol/http/bearer.ts';
import type { Caller } from './access.ts';

/** What a machine's own API knows about a request. */
export interface DirectRequest extends RequestOrigin {
  readonly authorization: string | undefined;
}

/**
 * The caller of a machine's own API: its user, or whoever has the token. Undefined if it is neither.
 */
export function directCaller(request: DirectRequest, token: string | undefined): Caller | undefined {
  const { authorization } = request;
  // A token that was sent must be right, wherever it comes from.
  if (authorization !== undefined) {
    return token !== undefined && isBearer(authorization, token) ? { id: 'token', rights: 'all' } : undefined;
  }
  return isOwnUser(request) ? { id: 'loopback', rights: 'all' } : undefined;
}

/** What an HTTP API's gateway says about a request it has authenticated. */
export interface GatewayAuthorizer {
  readonly iam?: { readonly userArn?: string | null } | null;
  readonly jwt?: { readonly claims?: Readonly<Record<string, unknown>> | null } | null;
}

export interface JwtRules {
  /** The claim that names the owner of streams. */
  readonly ownerClaim: string;
  /** What the issuer puts in front of our scopes. */
  readonly scopePrefix: string;
  /**
   * The claim with the caller's groups: a privileged scope then also requires the group of its name.
   * @default the issuer itself grants scopes to those who may have them
   */
  readonly groupsClaim?: string | undefined;
}

/** The caller that the gateway has authenticated. Without `rules` only IAM identities are accepted. */
export function gatewayCaller(
  authorizer: GatewayAuthorizer | undefined,
  rules: JwtRules | undefined,
): Caller | undefined {
  if (authorizer?.iam) return { id: authorizer.iam.userArn ?? 'iam', rights: 'all' };
  const claims = authorizer?.jwt?.claims;
  if (!claims || !rules) return undefined;
  const owner = claims[rules.ownerClaim];
  const groups = rules.groupsClaim === undefined ? undefined : valuesOf(claims[rules.groupsClaim]);
  const isNamed = typeof owner === 'string' && /^[^\p{C}]{1,256}$/u.test(owner);
  return {
    id: isNamed ? owner : 'unnamed',
    rights: new Set(
      scopesOf(claims.scope ?? claims.scp, rules.scopePrefix).filter((scope) => isIn(groups, scope)),
    ),
    ...(isNamed && { owner }),
  };
}

function scopesOf(claim: unknown, prefix: string): Scope[] {
  const granted = valuesOf(claim);
  return scopes.filter((scope) => granted.includes(prefix + scope));
}

const isIn = (groups: readonly string[] | undefined, scope: Scope): boolean =>
  groups === undefined || groups.includes(scope) || !privilegedScopes.some((one) => one === scope);

/** Issuers send a text with spaces (RFC 8693, section 4.2) or a list, which the gateway turns into `[a b]`. */
function valuesOf(claim: unknown): readonly string[] {
  const text = Array.isArray(claim) ? claim.join(' ') : String(claim ?? '');
  return text.replace(/^\[(.*)\]$/, '$1').split(/[\s,]+/);
}
