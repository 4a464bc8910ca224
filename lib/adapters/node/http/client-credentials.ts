import { z } from 'zod';
import { CanaryUnusableError } from '../../../canary/policy/errors.ts';
import type { SecretSource } from '../../../control-store/ports.ts';
import type { Credentials } from './api-requests.ts';
import { reasonOf } from './edge-requests.ts';

export interface ClientCredentialsOptions {
  /** OpenID Connect issuer. */
  readonly issuer: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** JSON with `clientId` and `clientSecret`. */
  readonly client: Pick<SecretSource, 'name' | 'read'>;
}

const clientSchema = z.object({ clientId: z.string().min(1), clientSecret: z.string().min(1) });
const discovery = z.object({ token_endpoint: z.url() });
const granted = z.object({ access_token: z.string().min(1) });

const timeoutMs = 10_000;

/**
 * Requests with a token that the issuer gives to a client by itself (RFC 6749 4.4). It is asked for once: tokens last longer than a
 * run.
 */
export function clientCredentials(options: ClientCredentialsOptions): Credentials {
  let token: Promise<string> | undefined;
  return {
    identity: `the token that ${options.issuer} issued`,
    async authorize({ headers }) {
      token ??= requestToken(options);
      return { ...headers, authorization: `Bearer ${await token}` };
    },
  };
}

async function requestToken({ issuer, audience, scopes, client }: ClientCredentialsOptions): Promise<string> {
  const { clientId, clientSecret } = await readClient(client);
  const about = await ask(`${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`, discovery);
  const basic = [clientId, clientSecret].map(encodeURIComponent).join(':');
  const { access_token } = await ask(about.token_endpoint, granted, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
    // Some issuers need the audience; others ignore it, as they should what they don't know (RFC 6749 3.2).
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' '), audience }),
  });
  return access_token;
}

async function readClient(source: ClientCredentialsOptions['client']) {
  const text = await source.read().catch((cause: Error) => {
    throw new CanaryUnusableError(`The secret ${source.name} can't be read: ${cause.message}`, { cause });
  });
  const parsed = clientSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new CanaryUnusableError(`The secret ${source.name} must be JSON with clientId and clientSecret.`);
}

async function ask<Answer>(url: string, schema: z.ZodType<Answer>, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(timeoutMs) }).catch((cause) => {
    throw new CanaryUnusableError(`The issuer can't be reached at ${url} (${reasonOf(cause)}).`, { cause });
  });
  const parsed = schema.safeParse(jsonOf(await response.text()));
  if (response.ok && parsed.success) return parsed.data;
  throw new CanaryUnusableError(`The issuer gave no token: ${url} got ${response.status}.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
