import type { GraphResource, TemplateGraph } from '../graph.ts';
import { notAfter, type Rule } from './rule.ts';

/** Imported by the name in the template: `cdk deploy --import-existing-resources`. */
const importedByName: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::Table': 'TableName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::Logs::LogGroup': 'LogGroupName',
};
/** Imported by an identifier that AWS makes: `cdk import` with a mapping. */
export const importedById = ['AWS::KMS::Key', 'AWS::SecretsManager::Secret', 'AWS::Cognito::UserPool'];
const protection = /"\w*deletion_?protection[\w.]*"(,"Value")?:"?true/i;

/** What stays when its stack is deleted. A call that stays is no resource: it only isn't taken back. */
export const retained = (graph: TemplateGraph): GraphResource[] =>
  graph.resources.filter(
    ({ definition: { DeletionPolicy = '' }, type }) =>
      DeletionPolicy.startsWith('Retain') && !type.startsWith('Custom::'),
  );

/** A failed first deploy leaves nothing that the second one trips over: nothing stays, and nothing resists its deletion. */
export const firstDeployIsRepeatable: Rule = (graph) =>
  graph.resources.flatMap(({ id, definition }) => [
    ...(definition.DeletionPolicy === 'Retain' ? [`${id} stays after a failed first deploy.`] : []),
    ...(protection.test(
      JSON.stringify(definition).replaceAll('"Key":"deletion_protection.enabled"', '"deletion_protection"'),
    )
      ? [`${id} is protected before the deploy has succeeded.`]
      : []),
  ]);

/** What stays after a teardown can be taken over by the next deploy, by its name or id, with all that it needs. */
export const retainedCanBeImported: Rule = (graph) => {
  const stays = retained(graph);
  return stays.flatMap((resource) => {
    const name = importedByName[resource.type];
    const given = name === undefined ? undefined : resource.properties[name];
    return [
      ...(name === undefined && !importedById.includes(resource.type)
        ? [`${resource.id} can't be imported.`]
        : []),
      ...(name !== undefined && typeof given !== 'string' ? [`${resource.id} has no fixed name.`] : []),
      ...[...graph.closure(resource)]
        .filter((needed) => !stays.includes(needed))
        .map((needed) => `${resource.id} stays, but needs ${needed.logicalId}, which does not.`),
    ];
  });
};

/** Protection of tables that stay, and of their region's balancer, is the last act of a deploy. */
export const protectionComesLast: Rule = (graph) => {
  const calls = graph.ofType('Custom::DeletionProtection');
  const tables = retained(graph).filter(({ type }) => type === 'AWS::DynamoDB::Table');
  const balancers = graph
    .ofType('AWS::ElasticLoadBalancingV2::LoadBalancer')
    .filter(({ stack }) => tables.some((table) => table.stack === stack));
  return [
    ...[...tables, ...balancers]
      .filter((resource) => !calls.some((call) => graph.readIn(call, call.properties).includes(resource)))
      .map(({ id }) => `${id} is never protected.`),
    ...calls.flatMap((call) =>
      notAfter(
        graph,
        call,
        graph.inStack(call.stack).filter(({ type }) => type !== call.type),
      ),
    ),
  ];
};

/** An API opens with all its routes, its authorizer and its function's permission. */
export const apisOpenComplete: Rule = (graph) =>
  graph.ofType('AWS::ApiGatewayV2::Stage').flatMap((stage) => {
    const apis = graph.readIn(stage, stage.properties.ApiId);
    const parts = graph
      .ofType('AWS::ApiGatewayV2::Route', 'AWS::ApiGatewayV2::Authorizer', 'AWS::Lambda::Permission')
      .filter((part) => graph.readIn(part, part.properties).some((read) => apis.includes(read)));
    return notAfter(graph, stage, parts);
  });

/** An SSM parameter tells other stacks of something that is ready: it comes after all that is built on the same thing. */
export const parametersComeLast: Rule = (graph) =>
  graph.ofType('AWS::SSM::Parameter').flatMap((parameter) => {
    const entrances = [...graph.closure(parameter)].filter(({ type }) =>
      ['AWS::GlobalAccelerator::Accelerator', 'AWS::CloudFront::Distribution'].includes(type),
    );
    if (entrances.length === 0)
      return [`${parameter.id} is written whether or not there is what it tells of.`];
    const built = entrances.flatMap((entrance) => [...graph.reverseClosure(entrance, { withinStack: true })]);
    return notAfter(
      graph,
      parameter,
      built.filter(({ type }) =>
        ['AWS::GlobalAccelerator::Listener', 'AWS::Route53::RecordSet'].includes(type),
      ),
    );
  });

/** What a stack reads of another is there: by the order of the stacks, in a deploy as in a teardown. */
export const stacksAreOrdered: Rule = (graph) => [
  ...graph.resources.flatMap((resource) =>
    graph
      .needs(resource)
      .filter(({ on }) => on.stack !== resource.stack && !graph.stackClosure(resource.stack).has(on.stack))
      .map(({ on }) => `${resource.id} needs ${on.id}, but its stack may be deployed first.`),
  ),
  ...graph
    .ofType('Custom::RemoteParameter')
    .filter((read) => !graph.needs(read).some(({ why }) => why === 'parameter'))
    .map(({ id }) => `${id} reads a parameter that no stack writes.`),
];
