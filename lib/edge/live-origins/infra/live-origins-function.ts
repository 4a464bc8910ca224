import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { CfnDistribution } from 'aws-cdk-lib/aws-cloudfront';
import { Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { edgeRegion } from '../../../config/names.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { acknowledgeWildcards } from '../../../infra/wildcard.ts';
import { liveOriginsFunctionCodec } from '../live-origins-config.ts';
import type { DistributionUpdate, LiveOriginProperties } from '../policy/resource-properties.ts';

export interface LiveOriginsFunctionProps {
  /** The deployment's name. */
  readonly name: string;
  readonly distributionId: string;
  /** ARN of the edge's key-value store. */
  readonly denialsArn: string;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * The function that puts live origins into the distribution, and takes them out: one in each region's stack for its own, and one in the
 * edge's for all, during and after each of its deploys. Outside deploys it never runs.
 */
export class LiveOriginsFunction extends Construct {
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: LiveOriginsFunctionProps) {
    super(scope, id);
    const { name, distributionId, denialsArn, metricsNamespace, logDays } = props;
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'live-origins',
      description: 'Attaches live origins to the distribution, and detaches them.',
      environment: liveOriginsFunctionCodec.encode({ distributionId, keyValueStore: denialsArn }),
      metricsNamespace,
      logDays,
      // CloudFront distributes a change in three to ten minutes.
      timeout: Duration.minutes(15),
    });
    const stack = Stack.of(this);
    const global = (service: string, resource: string, resourceName: string, region = '') =>
      stack.formatArn({ service, region, resource, resourceName });
    const allow = (actions: string[], ...resourceArns: string[]) =>
      Grant.addToPrincipal({ grantee: this.function, actions, resourceArns });
    allow(
      ['cloudfront:GetDistribution', 'cloudfront:GetDistributionConfig', 'cloudfront:UpdateDistribution'],
      global('cloudfront', 'distribution', distributionId),
    );
    // CloudFront looks at what a configuration names.
    const vpcOrigins = global('cloudfront', 'vpcorigin', '*');
    const webAcls = global('wafv2', 'global/webacl', `${name}-edge/*`, edgeRegion);
    allow(['cloudfront:GetVpcOrigin'], vpcOrigins);
    allow(['wafv2:GetWebACL'], webAcls);
    allow(
      ['DescribeKeyValueStore', 'GetKey', 'PutKey', 'DeleteKey'].map(
        (call) => `cloudfront-keyvaluestore:${call}`,
      ),
      denialsArn,
    );
    acknowledgeWildcards(
      this.function,
      [vpcOrigins, webAcls],
      'Their ids are AWS’s and known only once they exist. Both may only be read, and the ACL’s name is this deployment’s.',
    );
  }

  /**
   * Has it put back what this stack's updates of the distribution take out: while CloudFormation still waits for the edges, and after a
   * rollback, which calls no custom resource that the deploy had not reached.
   */
  followUpdates(regions: readonly string[]): void {
    const stack = Stack.of(this);
    const follow = (id: string, step: DistributionUpdate['step'], statuses: string[]) => {
      const input: DistributionUpdate = { step, regions };
      return new Rule(this, id, {
        description: `Attaches live origins again, ${step === 'watch' ? 'while' : 'after'} the distribution is updated.`,
        eventPattern: {
          source: ['aws.cloudformation'],
          detailType: ['CloudFormation Resource Status Change'],
          detail: {
            'stack-id': [stack.stackId],
            'resource-type': [CfnDistribution.CFN_RESOURCE_TYPE_NAME],
            'status-details': { status: statuses },
          },
        },
        targets: [new LambdaFunction(this.function.function, { event: RuleTargetInput.fromObject(input) })],
      });
    };
    follow('WhileUpdating', 'watch', ['UPDATE_IN_PROGRESS']);
    follow('Updated', 'reattach', ['UPDATE_COMPLETE', 'UPDATE_FAILED']);
  }

  /** Has it do something during a deploy, which waits for it and fails if it fails. */
  call(
    scope: Construct,
    id: string,
    properties: LiveOriginProperties & { readonly deployedAt?: string },
  ): CustomResource {
    const call = new CustomResource(scope, id, {
      serviceToken: this.function.function.functionArn,
      resourceType: 'Custom::LiveOrigin',
      serviceTimeout: Duration.minutes(20),
      properties,
    });
    // With its permissions, also while it is taken back.
    call.node.addDependency(this.function);
    return call;
  }
}
