import { z } from 'zod';
import { envCodec } from '../env.ts';
import { secretLocation } from '../locations.ts';

/** A bearer token. */
export const apiToken = z.string().regex(/^[\x21-\x7e]{1,8192}$/, 'must be a token without spaces');

/** What the canary reads from its environment: HEADWATER_API_TOKEN, HEADWATER_OIDC_ISSUER, … The rest are flags. */
export const canaryCodec = envCodec({
  /**
   * Bearer token for the control API, or where it is (`file:PATH`). Never a flag: command lines can be read by everyone on the machine.
   */
  apiToken: apiToken.optional(),
  /** The issuer of the API's tokens, if the canary is to get its own with `oidcClient`. */
  oidcIssuer: z.url({ protocol: /^https?$/, error: 'must be the URL of an issuer' }).optional(),
  oidcAudience: z.string().default(''),
  /** What the issuer puts in front of scopes. */
  oidcScopePrefix: z.string().default(''),
  /** Secret with the `clientId` and `clientSecret` of an OAuth client, as JSON. */
  oidcClient: secretLocation.optional(),
});
