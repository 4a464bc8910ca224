import { Stack } from 'aws-cdk-lib';
import { OriginProtocolPolicy, VpcOrigin, VpcOriginEndpoint } from 'aws-cdk-lib/aws-cloudfront';
import type { NetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct, type IDependable } from 'constructs';
import { deploymentTag } from '../../../config/names.ts';
import { LiveOriginsFunction, type LiveOriginsFunctionProps } from './live-origins-function.ts';

export interface LiveOriginAttachmentProps extends LiveOriginsFunctionProps {
  /** Internal, with a security group and no TLS: others can't be a VPC origin. */
  readonly balancer: NetworkLoadBalancer;
  readonly port: number;
  /** What must work before viewers are sent there. */
  readonly after: readonly IDependable[];
  /** Tags of the deployment file, which CloudFormation gives to all resources. */
  readonly tags: Readonly<Record<string, string>>;
  /** Changes with each deploy: the edge may have been deployed in between. */
  readonly deployedAt: string;
}

/**
 * Puts a region's live origin in front of its bucket, for viewers: a CloudFront VPC origin to its balancer, and a call that has the
 * distribution ask it. Deleted in the reverse order, because CloudFront deletes no VPC origin that a distribution has.
 */
export class LiveOriginAttachment extends Construct {
  readonly function: LiveOriginsFunction;

  constructor(scope: Construct, id: string, props: LiveOriginAttachmentProps) {
    super(scope, id);
    const { name, balancer, port, after, tags, deployedAt } = props;
    const { region } = Stack.of(this);
    this.function = new LiveOriginsFunction(this, 'LiveOrigins', props);
    // CloudFront doesn't change one either while a distribution has it, not even its tags (aws-cdk 34629). What may change is detached
    // first; the attachment below follows.
    const release = this.function.call(this, 'Release', {
      step: 'release',
      region,
      of: Stack.of(this).toJsonString([
        balancer.loadBalancerArn,
        port,
        ...Object.entries({ ...tags, [deploymentTag]: name }).sort(),
      ]),
    });
    const vpcOrigin = new VpcOrigin(this, 'VpcOrigin', {
      vpcOriginName: `${name}-${region}`,
      endpoint: VpcOriginEndpoint.networkLoadBalancer(balancer),
      httpPort: port,
      // A way of AWS's own, from CloudFront into the network: a Network Load Balancer with TLS can't be a VPC origin.
      protocolPolicy: OriginProtocolPolicy.HTTP_ONLY,
    });
    vpcOrigin.node.addDependency(release, balancer);
    const attached = this.function.call(this, 'Attached', {
      step: 'attach',
      region,
      vpcOriginId: vpcOrigin.vpcOriginId,
      domainName: balancer.loadBalancerDnsName,
      deployedAt,
    });
    attached.node.addDependency(vpcOrigin, ...after);
  }
}
