import { z } from 'zod';
import { mostApiRequestsPerSecond } from '../defaults.ts';
import { scopes } from '../scopes.ts';

/** What owners of streams may have, unless the deployment file says otherwise. */
export const ownerLimits = { createsPerMinute: 20, streamsPerOwner: 200 } as const;

const claim = z.string().regex(/^[\w.:/-]{1,128}$/, 'must be the name of a claim');
const httpsOrigin = z
  .url({ protocol: /^https$/, error: 'must be an https origin' })
  .refine(
    (url) => URL.canParse(url) && new URL(url).origin === url,
    'must be an https origin without a path',
  );

const jwt = z
  .strictObject({
    issuer: z
      .url({ protocol: /^https$/, error: 'must be an https address' })
      .describe('OpenID Connect issuer.'),
    audiences: z.array(z.string().min(1)).min(1).describe('Accepted values of `aud`.'),
    ownerClaim: claim
      .default('sub')
      .describe('Claim that names the owner of streams. A caller sees only streams of the same owner.'),
    scopePrefix: z
      .string()
      .max(200)
      .regex(/^\S*$/, 'must not contain spaces')
      .default('')
      .describe('What the issuer puts in front of the scopes, for example `headwater/` with Cognito.'),
    groupsClaim: claim
      .optional()
      .describe(
        'Claim with a user’s groups, for an issuer that grants every user the same scopes. `takedown` and `platform` then also require the group of that name.',
      ),
    canarySecret: z
      .string()
      .regex(/^[\w/+=.@-]{1,512}$/, 'must be the name of a secret')
      .optional()
      .describe(
        'For `canary`: name of a secret in every region’s Secrets Manager, with the `clientId` and `clientSecret` (JSON) of an OAuth client. The issuer must give it tokens (client credentials) with the scopes `streams:read`, `streams:write` and `takedown`.',
      ),
    clientId: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The console’s client at the issuer: public, with code and PKCE, returning to `/` of the page. Omit if it is the first of `audiences`.',
      ),
    consoleScopes: z
      .array(z.enum(scopes))
      .min(1)
      .default([...scopes])
      .describe(
        'Scopes that the console asks for. Leave out those that the issuer refuses to ordinary users.',
      ),
    authorizationParameters: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe(
        'Parameters that the issuer wants when the console signs in, for example `{"audience": "…"}` with Auth0.',
      ),
    endpointOrigins: z
      .array(httpsOrigin)
      .default([])
      .describe(
        'Origins of the issuer’s endpoints, such as its token endpoint, if they differ from the issuer’s own. The page may connect to no others.',
      ),
    createsPerMinute: z
      .int()
      .min(1)
      .max(10_000)
      .default(ownerLimits.createsPerMinute)
      .describe('Streams that one owner may create a minute.'),
    streamsPerOwner: z
      .int()
      .min(1)
      .max(1_000)
      .default(ownerLimits.streamsPerOwner)
      .describe('Streams that one owner may have.'),
  })
  .describe(
    'Accepts this issuer’s tokens instead of IAM identities, and puts the console on the page. Scopes (`streams:read`, `streams:write`, `takedown`, `platform`) say what callers may do.',
  );

export const apiSettings = z
  .strictObject({
    jwt: jwt.optional(),
    cognito: z
      .boolean()
      .default(false)
      .describe(
        'Creates a Cognito user pool as the issuer, in place of `api.jwt`, and puts the console on the page. Administrators create its users; the groups `takedown` and `platform` grant those scopes.',
      ),
    requestsPerSecond: z
      .int()
      .min(1)
      .max(mostApiRequestsPerSecond)
      .default(150)
      .describe('Sustained request rate of the control API.'),
    burst: z.int().min(1).max(5_000).default(100).describe('Burst limit of the control API, in requests.'),
    pageOrigins: z
      .array(z.url({ protocol: /^https$/, error: 'must be an https origin' }))
      .default([])
      .describe('Other web origins that may use the API from a browser.'),
  })
  .refine(({ jwt, cognito }) => !(jwt && cognito), {
    path: ['cognito'],
    error: 'must not be true together with api.jwt: there is one issuer',
  })
  .prefault({});
