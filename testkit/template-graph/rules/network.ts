import type { GraphResource, TemplateGraph } from '../graph.ts';
import { notAfter, type Rule } from './rule.ts';

const ruleTypes = ['AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress'];

interface EcsParameters {
  readonly NetworkConfiguration?: {
    readonly AwsVpcConfiguration: { readonly Subnets: unknown; readonly SecurityGroups: unknown };
  };
}

/** Where a resource of these types puts network interfaces, and with which security groups. */
const placements: Readonly<
  Record<string, (properties: GraphResource['properties']) => { in: unknown; groups: unknown }>
> = {
  'AWS::ECS::Service': ({ NetworkConfiguration: network }) => ({
    in: network?.AwsvpcConfiguration.Subnets,
    groups: network?.AwsvpcConfiguration.SecurityGroups,
  }),
  'AWS::Lambda::Function': ({ VpcConfig }) => ({
    in: VpcConfig?.SubnetIds,
    groups: VpcConfig?.SecurityGroupIds,
  }),
  // Starts tasks.
  'AWS::Events::Rule': ({ Targets = [] }) => {
    const networks = (Targets as { EcsParameters?: EcsParameters }[]).flatMap(
      ({ EcsParameters: task }) => task?.NetworkConfiguration?.AwsVpcConfiguration ?? [],
    );
    return {
      in: networks.map(({ Subnets }) => Subnets),
      groups: networks.map(({ SecurityGroups }) => SecurityGroups),
    };
  },
  'AWS::AutoScaling::AutoScalingGroup': ({ VPCZoneIdentifier, MixedInstancesPolicy, LaunchTemplate }) => ({
    in: VPCZoneIdentifier,
    groups: [MixedInstancesPolicy, LaunchTemplate],
  }),
};

/**
 * What runs in a VPC can reach what it needs from its first second to its last: its routes and what they lead to, the VPC's
 * endpoints, and the rules of its security groups, of those it talks to and of the endpoints'.
 */
export const runsWithinReach: Rule = (graph) =>
  Object.entries(placements).flatMap(([type, placementOf]) =>
    graph.ofType(type).flatMap((resource) => {
      const placement = placementOf(resource.properties);
      const subnets = graph
        .readIn(resource, placement.in)
        .filter(({ type: of }) => of === 'AWS::EC2::Subnet');
      const groups = groupsIn(graph, resource, placement.groups);
      return notAfter(graph, resource, reachOf(graph, subnets, groups));
    }),
  );

/** An address, a NAT gateway, an accelerator's endpoint and CloudFront's VPC origin exist only while the VPC is attached to its internet gateway. */
export const attachedToTheInternet: Rule = (graph) => {
  const attached = (resource: GraphResource, vpcs: ReadonlySet<GraphResource>) =>
    notAfter(
      graph,
      resource,
      ofVpcs(graph, vpcs, 'AWS::EC2::VPCGatewayAttachment').filter(({ stack }) => stack === resource.stack),
    );
  return [
    // An address names no VPC: it is for one of its stack.
    ...graph
      .ofType('AWS::EC2::EIP')
      .flatMap((address) => attached(address, new Set(graph.ofType('AWS::EC2::VPC')))),
    ...graph
      .ofType('AWS::EC2::NatGateway', 'AWS::GlobalAccelerator::EndpointGroup', 'AWS::CloudFront::VpcOrigin')
      .flatMap((resource) => attached(resource, vpcsOf(graph, resource))),
    ...graph
      .ofType('AWS::EC2::NatGateway')
      .flatMap((gateway) =>
        notAfter(graph, gateway, routesOf(graph, graph.readIn(gateway, gateway.properties))),
      ),
  ];
};

function reachOf(graph: TemplateGraph, subnets: GraphResource[], groups: GraphResource[]): GraphResource[] {
  const vpcs = new Set(subnets.flatMap((subnet) => [...vpcsOf(graph, subnet)]));
  const endpoints = ofVpcs(graph, vpcs, 'AWS::EC2::VPCEndpoint');
  const concerned = new Set([
    ...groups,
    ...endpoints.flatMap((endpoint) => groupsIn(graph, endpoint, endpoint.properties.SecurityGroupIds)),
  ]);
  return [
    ...routesOf(graph, subnets),
    ...ofVpcs(graph, vpcs, 'AWS::EC2::VPCGatewayAttachment'),
    ...endpoints,
    ...graph
      .ofType(...ruleTypes)
      .filter((rule) => groupsIn(graph, rule, rule.properties).some((group) => concerned.has(group))),
  ];
}

/** The route tables' associations with these subnets, and the tables' routes. */
function routesOf(graph: TemplateGraph, subnets: readonly GraphResource[]): GraphResource[] {
  const associations = graph
    .ofType('AWS::EC2::SubnetRouteTableAssociation')
    .filter((association) => reads(graph, association, 'SubnetId', subnets));
  const tables = associations.flatMap((association) =>
    graph.readIn(association, association.properties.RouteTableId),
  );
  return [
    ...associations,
    ...graph.ofType('AWS::EC2::Route').filter((route) => reads(graph, route, 'RouteTableId', tables)),
  ];
}

const reads = (
  graph: TemplateGraph,
  resource: GraphResource,
  property: string,
  any: readonly GraphResource[],
) => graph.readIn(resource, resource.properties[property]).some((read) => any.includes(read));

const vpcsOf = (graph: TemplateGraph, resource: GraphResource) =>
  new Set([...graph.closure(resource)].filter(({ type }) => type === 'AWS::EC2::VPC'));

const ofVpcs = (graph: TemplateGraph, vpcs: ReadonlySet<GraphResource>, type: string) =>
  graph
    .ofType(type)
    .filter((resource) => graph.readIn(resource, resource.properties.VpcId).some((vpc) => vpcs.has(vpc)));

/** The security groups that a part of a definition names, also by its launch template. */
function groupsIn(graph: TemplateGraph, resource: GraphResource, value: unknown): GraphResource[] {
  return graph.readIn(resource, value).flatMap((read) => {
    if (read.type === 'AWS::EC2::SecurityGroup') return [read];
    return read.type === 'AWS::EC2::LaunchTemplate' ? groupsIn(graph, read, read.properties) : [];
  });
}
