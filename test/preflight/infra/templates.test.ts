import { describe, expect, test } from '@jest/globals';
import type { Deployment } from '../../../lib/config/deployment.ts';
import { leastBootstrapVersion } from '../../../preflight/policy/judge-region.ts';
import { keptResources } from '../../../preflight/policy/kept-resources.ts';
import { type QuotaNeed, quotaNeeds } from '../../../preflight/policy/quota-needs.ts';
import { serviceLinkedRoles } from '../../../preflight/policy/service-linked-roles.ts';
import { fullDeployment, synthesize } from '../../../testkit/aws/platform-templates.ts';
import { testDeployment } from '../../../testkit/aws/template.ts';
import { scopeIn } from '../sound-account.ts';

/** What the preflight expects of a deployment is what its templates say. */
const deployments: readonly (readonly [string, Deployment])[] = [
  ['the default deployment', testDeployment()],
  ['a deployment with everything', fullDeployment()],
];
const region = 'eu-central-1';

/** Property with the fixed name, and the preflight's word, for each type of resource that has one. */
const named: Readonly<Record<string, readonly [property: string, kind: string]>> = {
  'AWS::S3::Bucket': ['BucketName', 'bucket'],
  'AWS::DynamoDB::Table': ['TableName', 'table'],
  'AWS::SecretsManager::Secret': ['Name', 'secret'],
  'AWS::Logs::LogGroup': ['LogGroupName', 'log group'],
};

/** The service that makes a role in the account when such a resource is created. */
const linkedTo: Readonly<Record<string, string>> = {
  'AWS::ECS::Cluster': 'ecs.amazonaws.com',
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 'elasticloadbalancing.amazonaws.com',
  'AWS::ApplicationAutoScaling::ScalableTarget': 'ecs.application-autoscaling.amazonaws.com',
  'AWS::GlobalAccelerator::EndpointGroup': 'globalaccelerator.amazonaws.com',
  'AWS::AutoScaling::AutoScalingGroup': 'autoscaling.amazonaws.com',
  'AWS::CloudFront::VpcOrigin': 'vpcorigin.cloudfront.amazonaws.com',
};

interface Resource {
  readonly Type: string;
  readonly DeletionPolicy?: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

describe.each(deployments)('%s', (_, deployment) => {
  const scope = scopeIn(deployment);
  const { templates } = synthesize(deployment, { validate: false });
  const resources = [...templates].flatMap(([stack, template]) =>
    Object.values(template.toJSON().Resources as Record<string, Resource>).map((resource) => ({
      stack,
      ...resource,
    })),
  );
  const count = (type: string, stack = `headwater-${region}`) =>
    resources.filter((resource) => resource.stack === stack && resource.Type === type).length;
  const least = (test: (need: QuotaNeed) => boolean) => quotaNeeds(deployment, scope).find(test)?.least ?? 0;

  test('keeps what the preflight looks for', () => {
    const kept = resources
      .filter(({ DeletionPolicy = '' }) => DeletionPolicy.startsWith('Retain'))
      .flatMap(({ stack, Type, Properties }) => {
        const [property = '', kind] = named[Type] ?? [];
        const name = Properties[property];
        return typeof name === 'string' ? [`${stack}: ${kind} ${name}`] : [];
      });
    const expected = keptResources(deployment, scope);
    expect(kept.sort()).toEqual(expected.map(({ stack, kind, name }) => `${stack}: ${kind} ${name}`).sort());
  });

  test('gives a fixed name to nothing else that it keeps', () => {
    const types = resources
      .filter(({ DeletionPolicy = '' }) => DeletionPolicy.startsWith('Retain'))
      // A call of a deploy leaves nothing behind.
      .filter(({ Type }) => !Type.startsWith('Custom::'))
      .map(({ Type }) => Type);
    // A key has no name; its alias is deleted with the stack.
    expect(new Set(types)).toEqual(new Set([...Object.keys(named), 'AWS::KMS::Key']));
  });

  test('uses the service-linked roles that the preflight asks for', () => {
    const services = resources.flatMap(({ Type }) => linkedTo[Type] ?? []);
    expect(new Set(serviceLinkedRoles(deployment).map(({ service }) => service))).toEqual(new Set(services));
  });

  test('has as many of each thing as the preflight compares with a quota', () => {
    expect(count('AWS::EC2::VPC')).toBe(least(({ service }) => service === 'vpc'));
    expect(count('AWS::EC2::EIP')).toBe(least(({ name }) => name === 'EC2-VPC Elastic IPs'));
    expect(count('AWS::KMS::Key')).toBe(least(({ service }) => service === 'kms'));
    expect(count('AWS::ElasticLoadBalancingV2::LoadBalancer')).toBe(
      least(({ service }) => service === 'elasticloadbalancing'),
    );
    expect(count('AWS::GlobalAccelerator::Accelerator', 'headwater-pop')).toBe(
      least(({ service }) => service === 'globalaccelerator'),
    );
    expect(count('AWS::WAFv2::WebACL', 'headwater-edge')).toBe(least(({ service }) => service === 'wafv2'));
  });

  test('has as many VPC origins, each for an origin group', () => {
    expect(count('AWS::CloudFront::VpcOrigin')).toBe(least(({ name }) => name === 'CloudFront VPC origins'));
    // And one for the viewer page.
    expect(count('AWS::CloudFront::VpcOrigin') + 1).toBe(
      least(({ name }) => name.startsWith('CloudFront origin groups')),
    );
  });

  test('has as many cache behaviors, the default one included', () => {
    const [distribution] = Object.values(
      templates.get('headwater-edge')?.findResources('AWS::CloudFront::Distribution') ?? {},
    );
    const others = distribution?.Properties.DistributionConfig.CacheBehaviors.length;
    expect(others + 1).toBe(least(({ name }) => name.startsWith('CloudFront cache behaviors')));
  });

  test('is refused by the bootstrap stacks that the preflight finds too old, and no others', () => {
    for (const template of templates.values()) {
      const { Rules } = template.toJSON();
      const refused = JSON.stringify(Rules.CheckBootstrapVersion);
      expect(refused).toContain(`"${leastBootstrapVersion - 1}"`);
      expect(refused).not.toContain(`"${leastBootstrapVersion}"`);
    }
  });
});
