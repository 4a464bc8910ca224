import type { Context } from 'hono';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { createControlApi } from '../../lib/control/api/app.ts';
import type { ControlApiConfig, ControlApiDependencies } from '../../lib/control/api/context.ts';
import { type GatewayAuthorizer, gatewayCaller, type JwtRules } from '../../lib/control/policy/callers.ts';

export interface ControlFunctionParts extends Omit<ControlApiDependencies, 'config' | 'callerOf'> {
  readonly config: Omit<ControlApiConfig, 'allowedHosts' | 'maxLiveFeeds' | 'livePollMs' | 'liveFeedMs'>;
  /** How to read tokens. @default only IAM identities are accepted */
  readonly jwt?: JwtRules | undefined;
}

/**
 * The control API as a handler for HTTP API events (payload format 2.0). The gateway has already authenticated the caller; what the
 * caller may do is decided here. It buffers whole responses, so live feeds are not available and the page polls.
 */
export const controlFunction = ({ config, jwt, ...parts }: ControlFunctionParts) =>
  handle(
    createControlApi({
      ...parts,
      callerOf: (c) => gatewayCaller(authorizerOf(c), jwt),
      config: { ...config, maxLiveFeeds: 0 },
    }),
  );

function authorizerOf(c: Context): GatewayAuthorizer | undefined {
  const { event } = c.env as { readonly event: LambdaEvent };
  return (event.requestContext as { readonly authorizer?: GatewayAuthorizer }).authorizer;
}
