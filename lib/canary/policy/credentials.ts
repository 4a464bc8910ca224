/** What a token must allow. */
export const canaryScopes = ['streams:read', 'streams:write', 'takedown'] as const;

/** How to authorize requests to an API. */
export type CredentialChoice =
  | { readonly kind: 'token' }
  | { readonly kind: 'none' }
  | { readonly kind: 'iam'; readonly region: string }
  | { readonly kind: 'unknown-region' }
  /** The host name says another region than the caller. */
  | { readonly kind: 'other-region'; readonly region: string };

/**
 * A token, if there is one, is what the caller meant. An API on this machine asks for nothing; any other is on AWS, and its host
 * name says the region to sign for, unless it has a name of its own.
 */
export function chooseCredentials(
  api: string,
  { hasToken, region }: { readonly hasToken: boolean; readonly region?: string },
): CredentialChoice {
  const { hostname } = new URL(api);
  const named = /\.execute-api\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?$/.exec(hostname)?.[1];
  if (named !== undefined && region !== undefined && named !== region)
    return { kind: 'other-region', region: named };
  if (hasToken) return { kind: 'token' };
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return { kind: 'none' };
  const signFor = named ?? region;
  return signFor === undefined ? { kind: 'unknown-region' } : { kind: 'iam', region: signFor };
}
