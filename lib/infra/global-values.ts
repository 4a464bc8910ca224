import type { Stack } from 'aws-cdk-lib';
import type { Deployment } from '../config/deployment.ts';
import {
  edgeParameters,
  edgeRegion,
  edgeRoleNames,
  ingestHostName,
  popParameters,
  popRegion,
} from '../config/names.ts';
import type { RemoteParameters } from './remote-parameters.ts';

/** ARNs of the roles that a region's functions assume in the edge's account. */
export function edgeRoleArns(stack: Stack, { name, account = stack.account }: Deployment) {
  const { parameters, control } = edgeRoleNames(name);
  const arn = (resourceName: string) =>
    stack.formatArn({ service: 'iam', region: '', account, resource: 'role', resourceName });
  return { parameters: arn(parameters), control: arn(control) };
}

/** Addresses for broadcasters and viewers: known if there is a domain, otherwise only once the global stacks are deployed. */
export function addresses(
  remote: RemoteParameters,
  { name, domain }: Deployment,
  region: string,
  role: string | undefined,
) {
  const pop = popParameters(name, region);
  const edge = edgeParameters(name);
  const atEdge = (id: string, parameter: string) =>
    remote.read(id, { region: edgeRegion, name: parameter, ...(role !== undefined && { role }) });
  return {
    ingestHost: domain
      ? ingestHostName(domain.name, region)
      : remote.read('IngestHost', { region: popRegion, name: pop.dnsName }),
    playbackBaseUrl: domain ? `https://${domain.name}` : atEdge('PlaybackBaseUrl', edge.baseUrl),
    distributionId: atEdge('DistributionId', edge.distributionId),
    denialsArn: atEdge('DenialsArn', edge.denialsArn),
  };
}
