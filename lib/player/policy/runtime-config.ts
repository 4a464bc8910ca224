import type { PageReach } from './headers.ts';

/** `/config.json`, which the page reads when it starts. */
export interface RuntimeConfig extends PageReach {
  /** The region of streams unless the URL names another one. */
  readonly region: string;
  /** A console whose users sign in. @default none; with `apiBaseUrl` there is one without a login */
  readonly console?: ConsoleConfig | TokenConsole;
}

/** A console for whoever has the API's token, as on one machine for all others. */
export interface TokenConsole {
  readonly tokenApiBaseUrl: string;
}

export interface ConsoleConfig {
  /** Regions to choose from. Each has its own API, whose address is in its region document. */
  readonly regions: readonly string[];
  readonly signIn: SignInConfig;
}

/** The OpenID Connect issuer and the page's client there: public, with code and PKCE. */
export interface SignInConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** The API's scopes that the page asks for, as the issuer spells them. */
  readonly scopes: readonly string[];
  /** Parameters that this issuer wants in addition. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Origins of the issuer and its endpoints. */
  readonly origins: readonly string[];
  /** Where to sign out. @default the issuer's `end_session_endpoint` */
  readonly signOutUrl?: string;
}

/** A region document, which the region's deploy writes beside the page's files. */
export interface RegionDocument {
  readonly apiBaseUrl: string;
}

/** Throws if the text isn't such a document. */
export function readRegionDocument(text: string): RegionDocument {
  const { apiBaseUrl } = JSON.parse(text) as { readonly apiBaseUrl?: unknown };
  if (typeof apiBaseUrl !== 'string' || !URL.canParse(apiBaseUrl))
    throw new SyntaxError('No region document.');
  return { apiBaseUrl };
}

export const regionDocumentPath = (region: string): string => `/regions/${region}.json`;

/** Where the issuer returns users to, after they signed in or out: the list of streams. */
export const signInReturnPath = '/';
