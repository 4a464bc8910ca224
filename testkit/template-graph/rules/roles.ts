import type { GraphResource, TemplateGraph } from '../graph.ts';
import { stringsIn } from '../references.ts';
import { notAfter, type Rule } from './rule.ts';

/** What others run from: needs nothing until a service, a group or an instance uses it. */
const blueprints = ['AWS::ECS::TaskDefinition', 'AWS::EC2::LaunchTemplate', 'AWS::IAM::InstanceProfile'];
const policyTypes = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy'];

/**
 * What acts with a role, or passes it on, has all permissions from its first second to its last. That includes execution roles of
 * tasks, instance profiles, and functions that custom resources invoke.
 */
export const rolesAreComplete: Rule = (graph) =>
  actors(graph).flatMap((actor) => notAfter(graph, actor, policiesOf(graph, actor)));

/** A custom resource is created and deleted by its function, which must exist with its permissions and its log. */
export const providersOutliveTheirResources: Rule = (graph) =>
  graph.resources
    .filter(({ type }) => type.startsWith('Custom::') || type === 'AWS::CloudFormation::CustomResource')
    .flatMap((resource) => {
      const providers = graph.readIn(resource, resource.properties.ServiceToken);
      if (providers.length === 0) return [`${resource.id} has no function in its stack.`];
      return providers.flatMap((provider) =>
        notAfter(graph, resource, [provider, ...logsOf(graph, provider), ...policiesOf(graph, provider)]),
      );
    });

/** Otherwise the service makes a log group of that name, which never expires, and the deploy fails because it exists. */
export const logGroupsComeFirst: Rule = (graph) =>
  graph
    .ofType('AWS::Lambda::Function', 'AWS::CloudFront::Function')
    .flatMap((made) => notAfter(graph, made, logsOf(graph, made)));

/** Secrets Manager calls a function in its own name, which the function must permit first. */
export const callersAreAdmitted: Rule = (graph) =>
  graph.ofType('AWS::SecretsManager::RotationSchedule').flatMap((schedule) => {
    const functions = graph.readIn(schedule, schedule.properties.RotationLambdaARN);
    const permissions = graph
      .ofType('AWS::Lambda::Permission')
      .filter((permission) =>
        graph.readIn(permission, permission.properties.FunctionName).some((made) => functions.includes(made)),
      );
    if (permissions.length === 0) return [`${schedule.id} may not call its function.`];
    return notAfter(graph, schedule, permissions);
  });

/** Everything that may act with a role. */
export const actors = (graph: TemplateGraph): GraphResource[] =>
  graph.resources.filter(
    ({ type }) => !type.startsWith('AWS::IAM::') && !type.endsWith('Policy') && !blueprints.includes(type),
  );

/** The policies of all roles that `actor` acts with or passes on. */
export function policiesOf(graph: TemplateGraph, actor: GraphResource): GraphResource[] {
  const roles = rolesOf(graph, actor);
  if (roles.length === 0) return [];
  return graph
    .ofType(...policyTypes)
    .filter((policy) =>
      graph
        .readIn(policy, [policy.properties.Roles, policy.properties.RoleName])
        .some((role) => roles.includes(role)),
    );
}

/** Roles that a resource names, other than in a policy on itself, also by a blueprint. */
function rolesOf(graph: TemplateGraph, resource: GraphResource): GraphResource[] {
  const { KeyPolicy, ...others } = resource.properties;
  return graph.readIn(resource, others).flatMap((read) => {
    if (read.type === 'AWS::IAM::Role') return [read];
    return blueprints.includes(read.type) ? rolesOf(graph, read) : [];
  });
}

/** The log groups that a function writes to by their names alone. */
function logsOf(
  graph: TemplateGraph,
  { type, stack, logicalId, properties }: GraphResource,
): GraphResource[] {
  const atEdge = type === 'AWS::CloudFront::Function';
  const names = [properties.Name, properties.FunctionName, logicalId].map(
    (name) => `${atEdge ? '/aws/cloudfront/function/' : '/aws/lambda/'}${name}`,
  );
  return graph
    .ofType('AWS::Logs::LogGroup')
    .filter(
      (group) => group.stack === stack && names.includes(stringsIn(group.properties.LogGroupName).join('')),
    );
}
