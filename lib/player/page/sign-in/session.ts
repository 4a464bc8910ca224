import * as oauth from 'oauth4webapi';
import { type SignInConfig, signInReturnPath } from '../../policy/runtime-config.ts';
import { SignInError } from './sign-in-error.ts';
import { TabStorage } from './tab-storage.ts';

export interface SignInParts {
  readonly config: SignInConfig;
  /** Where the page was loaded from. */
  readonly pageOrigin: string;
  readonly storage?: TabStorage;
  readonly request?: typeof fetch;
  readonly nowMs?: () => number;
}

interface RequestOptions {
  readonly [oauth.customFetch]: typeof fetch;
  readonly signal: AbortSignal;
}

interface Tokens {
  readonly access: string;
  readonly receivedMs: number;
  readonly expiresMs: number;
  readonly id: string | undefined;
}

const timeoutMs = 8_000;
/** A token is renewed this long before it expires, so that none expires on its way. */
const renewEarlyMs = 30_000;
/** If the issuer doesn't say how long a token is valid. */
const assumedLifeSeconds = 300;
/** A token that was rejected at this age won't be accepted after another renewal either. */
const freshMs = 30_000;
/** Many computers' clocks are off by minutes. */
const clockToleranceSeconds = 300;

/**
 * A user's sign-in with OpenID Connect: authorization code with PKCE (RFC 7636), state and nonce, renewed with the refresh token. The
 * access token is only ever in memory. Every call may throw `SignInError`.
 */
export class SignInSession {
  /** Called when a sign-in that existed can't be renewed. */
  onEnd: (reason: SignInError) => void = () => {};
  readonly #parts: Required<SignInParts>;
  readonly #client: oauth.Client;
  readonly #returnUrl: string;
  #tokens: Tokens | undefined;
  #who: string | undefined;
  #server: Promise<oauth.AuthorizationServer> | undefined;
  #renewing: Promise<Tokens> | undefined;

  constructor(parts: SignInParts) {
    this.#parts = {
      storage: new TabStorage(),
      request: (...call) => fetch(...call),
      nowMs: () => Date.now(),
      ...parts,
    };
    this.#client = { client_id: parts.config.clientId, [oauth.clockTolerance]: clockToleranceSeconds };
    this.#returnUrl = parts.pageOrigin + signInReturnPath;
  }

  /** Name or address of the user, if the issuer tells. */
  get who(): string | undefined {
    return this.#who;
  }

  /** Whether this address is the issuer's answer to a sign-in. */
  static isAnswer({ searchParams }: URL): boolean {
    return searchParams.has('state') && (searchParams.has('code') || searchParams.has('error'));
  }

  /** Returns the issuer's address to go to. The user comes back to an `isAnswer` address. */
  async begin(returnTo: string): Promise<string> {
    const { config, storage } = this.#parts;
    const server = await this.#issuer();
    const pending = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      codeVerifier: oauth.generateRandomCodeVerifier(),
      returnTo,
    };
    const url = new URL(endpoint(server, 'authorization_endpoint'));
    const offline = server.scopes_supported?.includes('offline_access') ? ['offline_access'] : [];
    const parameters = {
      ...config.parameters,
      client_id: config.clientId,
      redirect_uri: this.#returnUrl,
      response_type: 'code',
      scope: ['openid', ...offline, ...config.scopes].join(' '),
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(pending.codeVerifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    try {
      storage.setPending(pending);
    } catch (cause) {
      throw new SignInError('no-storage', { cause });
    }
    return url.href;
  }

  /** Takes the issuer's answer. Returns the path of the page that the user wanted. */
  async finish(answer: URL): Promise<string> {
    const pending = this.#parts.storage.takePending();
    if (!pending || answer.searchParams.get('state') !== pending.state) throw new SignInError('mismatch');
    const server = await this.#issuer();
    await this.#exchange(async (options) => {
      const parameters = oauth.validateAuthResponse(server, this.#client, answer, pending.state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        this.#client,
        oauth.None(),
        parameters,
        this.#returnUrl,
        pending.codeVerifier,
        options,
      );
      return oauth.processAuthorizationCodeResponse(server, this.#client, response, {
        expectedNonce: pending.nonce,
        requireIdToken: true,
      });
    });
    return pending.returnTo;
  }

  /** Continues the sign-in of this tab after a reload. Returns false if there is none. */
  async resume(): Promise<boolean> {
    if (this.#parts.storage.refreshToken === undefined) return false;
    await this.#renew();
    return true;
  }

  /** A token that is still valid for a while. */
  async accessToken(): Promise<string> {
    const tokens = this.#tokens;
    const isValid = tokens && this.#parts.nowMs() < tokens.expiresMs - renewEarlyMs;
    return (isValid ? tokens : await this.#renew()).access;
  }

  /** Another token than this rejected one; undefined if it is new already, and there is no use in a newer one. */
  async tokenInstead(rejected: string): Promise<string | undefined> {
    const tokens = this.#tokens;
    if (tokens && tokens.access !== rejected) return tokens.access;
    if (tokens && this.#parts.nowMs() - tokens.receivedMs < freshMs) return undefined;
    return (await this.#renew()).access;
  }

  /** Ends the sign-in here and at the issuer. Returns the address to go to. */
  async end(): Promise<string> {
    const { config, storage } = this.#parts;
    const { refreshToken } = storage;
    const idToken = this.#tokens?.id;
    this.#tokens = undefined;
    storage.refreshToken = undefined;
    // Signed out here either way; what the issuer still knows expires by itself.
    const server = await this.#issuer().catch(() => undefined);
    if (server?.revocation_endpoint && refreshToken !== undefined) {
      await oauth
        .revocationRequest(server, this.#client, oauth.None(), refreshToken, this.#options())
        .catch(() => undefined);
    }
    if (config.signOutUrl !== undefined) return config.signOutUrl;
    if (!server?.end_session_endpoint) return this.#returnUrl;
    const url = new URL(server.end_session_endpoint);
    url.searchParams.set('client_id', config.clientId);
    url.searchParams.set('post_logout_redirect_uri', this.#returnUrl);
    if (idToken !== undefined) url.searchParams.set('id_token_hint', idToken);
    return url.href;
  }

  #renew(): Promise<Tokens> {
    // One at a time: issuers accept a refresh token once.
    this.#renewing ??= this.#refresh().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #refresh(): Promise<Tokens> {
    const { storage } = this.#parts;
    const { refreshToken } = storage;
    try {
      if (refreshToken === undefined) throw new SignInError('expired');
      const server = await this.#issuer();
      return await this.#exchange(async (options) => {
        const response = await oauth.refreshTokenGrantRequest(
          server,
          this.#client,
          oauth.None(),
          refreshToken,
          options,
        );
        return oauth.processRefreshTokenResponse(server, this.#client, response);
      });
    } catch (cause) {
      if (cause instanceof SignInError && cause.code === 'unreachable') throw cause;
      // A newer one may have been stored by then.
      if (storage.refreshToken === refreshToken) storage.refreshToken = undefined;
      this.#tokens = undefined;
      const ended = new SignInError('expired', { cause });
      this.onEnd(ended);
      throw ended;
    }
  }

  async #exchange(ask: (options: RequestOptions) => Promise<oauth.TokenEndpointResponse>): Promise<Tokens> {
    const { storage, nowMs } = this.#parts;
    const askedMs = nowMs();
    const answer = await ask(this.#options()).catch((cause) => {
      throw faultOf(cause);
    });
    const tokens = {
      access: answer.access_token,
      receivedMs: nowMs(),
      expiresMs: askedMs + (answer.expires_in ?? assumedLifeSeconds) * 1_000,
      id: answer.id_token ?? this.#tokens?.id,
    };
    this.#tokens = tokens;
    if (answer.refresh_token !== undefined) storage.refreshToken = answer.refresh_token;
    this.#who = nameIn(oauth.getValidatedIdTokenClaims(answer)) ?? this.#who;
    return tokens;
  }

  /** The issuer's own description of itself, read once. */
  #issuer(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.#parts.config.issuer);
    this.#server ??= oauth
      .discoveryRequest(issuer, { algorithm: 'oidc', ...this.#options() })
      .then((response) => oauth.processDiscoveryResponse(issuer, response))
      .catch((cause) => {
        this.#server = undefined;
        throw faultOf(cause);
      });
    return this.#server;
  }

  #options(): RequestOptions {
    return { [oauth.customFetch]: this.#parts.request, signal: AbortSignal.timeout(timeoutMs) };
  }
}

const nameIn = (claims: oauth.IDToken | undefined): string | undefined =>
  [claims?.email, claims?.name, claims?.preferred_username].find((claim) => typeof claim === 'string');

function endpoint(server: oauth.AuthorizationServer, name: 'authorization_endpoint'): string {
  const url = server[name];
  if (url !== undefined) return url;
  throw new SignInError('unusable', { detail: `its description has no ${name}.` });
}

function faultOf(cause: unknown): SignInError {
  if (cause instanceof SignInError) return cause;
  if (cause instanceof oauth.AuthorizationResponseError || cause instanceof oauth.ResponseBodyError) {
    return new SignInError('refused', { detail: sentence(cause.error_description ?? cause.error), cause });
  }
  const isOdd =
    cause instanceof oauth.OperationProcessingError || cause instanceof oauth.UnsupportedOperationError;
  if (isOdd && !isOutage(cause))
    return new SignInError('unusable', { detail: sentence(cause.message), cause });
  return new SignInError('unreachable', { cause });
}

/** A proxy or the issuer itself answered with an error page. */
const isOutage = ({ cause }: { readonly cause?: unknown }): boolean =>
  cause instanceof Response && cause.status >= 500;

/** Issuers' descriptions come with and without a full stop; this text is theirs, so it is shortened. */
const sentence = (text: string): string => `${text.trim().slice(0, 300).replace(/\.$/, '')}.`;
