import { ownerLimits } from '../../config/deployment/api-settings.ts';
import type { Deployment } from '../../config/deployment.ts';
import { edgeParameters, edgeRegion } from '../../config/names.ts';
import type { RemoteParameters } from '../../infra/remote-parameters.ts';
import type { TokenIssuer } from '../api/infra/control-api-function.ts';
import { cognitoClaims, cognitoNames } from '../policy/console-sign-in.ts';

/** Whose tokens the API accepts: the deployment's own issuer, or the user pool of the edge stack. Undefined for IAM. */
export function tokenIssuer(
  remote: RemoteParameters,
  { name, api }: Deployment,
  role: string | undefined,
): TokenIssuer | undefined {
  if (!api.cognito) return api.jwt;
  const parameters = edgeParameters(name);
  const atEdge = { region: edgeRegion, ...(role !== undefined && { role }) };
  return {
    issuer: remote.read('Issuer', { ...atEdge, name: parameters.issuer }),
    // Cognito's access tokens have the client where others have an audience, and the gateway takes either.
    audiences: [remote.read('ClientId', { ...atEdge, name: parameters.clientId })],
    scopePrefix: cognitoNames(name).scopePrefix,
    ...cognitoClaims,
    ...ownerLimits,
  };
}
