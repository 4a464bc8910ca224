import type { GraphResource, TemplateGraph } from '../graph.ts';
import { stringsIn } from '../references.ts';
import { actors, policiesOf } from './roles.ts';
import { notAfter, type Rule } from './rule.ts';

/** What may be done to a bucket that leaves an object in it. */
const writes = /^(s3:(Put|\*|Replicate)|\*)/;
const resourcePolicies = [
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::Logs::ResourcePolicy',
];

/** A bucket that is deleted with its stack is emptied once nobody writes to it any more, or it would not be empty. */
export const emptiedAfterItsWriters: Rule = (graph) =>
  graph.ofType('Custom::S3AutoDeleteObjects').flatMap((emptied) => {
    const [bucket] = graph.readIn(emptied, emptied.properties.BucketName);
    if (!bucket) return [`${emptied.id} empties no bucket.`];
    return [
      ...actors(graph).filter((actor) => mayWrite(graph, actor, bucket)),
      ...graph
        .ofType('AWS::Logs::Delivery')
        .filter((delivery) => destinationsOf(graph, delivery).includes(bucket)),
    ].flatMap((writer) => notAfter(graph, writer, [emptied]));
  });

/** The policies on a bucket, queue, topic or log group hold for as long as anything uses it: they also forbid. */
export const resourcePoliciesOutliveUse: Rule = (graph) =>
  graph.ofType(...resourcePolicies).flatMap((policy) => {
    const { Bucket, Queues, Topics, PolicyDocument } = policy.properties;
    const guarded = graph.readIn(
      policy,
      policy.type === 'AWS::Logs::ResourcePolicy' ? PolicyDocument : [Bucket, Queues, Topics],
    );
    const uses = (actor: GraphResource) =>
      [
        ...policiesOf(graph, actor).flatMap((own) => graph.readIn(own, own.properties.PolicyDocument)),
        ...(actor.type === 'AWS::WAFv2::LoggingConfiguration' ? graph.closure(actor) : []),
      ].some((used) => guarded.includes(used));
    return actors(graph)
      .filter((actor) => actor.stack === policy.stack && uses(actor) && !graph.closure(policy).has(actor))
      .flatMap((actor) => notAfter(graph, actor, [policy]));
  });

const destinationsOf = (graph: TemplateGraph, delivery: GraphResource): GraphResource[] =>
  graph
    .readIn(delivery, delivery.properties.DeliveryDestinationArn)
    .flatMap((destination) => graph.readIn(destination, destination.properties.DestinationResourceArn));

function mayWrite(graph: TemplateGraph, actor: GraphResource, bucket: GraphResource): boolean {
  return policiesOf(graph, actor).some((policy) =>
    (
      policy.properties.PolicyDocument.Statement as { Action: unknown; Effect: string; Resource: unknown }[]
    ).some(
      ({ Action, Effect, Resource }) =>
        Effect === 'Allow' &&
        stringsIn(Action).some((action) => writes.test(action)) &&
        graph.readIn(policy, Resource).includes(bucket),
    ),
  );
}
