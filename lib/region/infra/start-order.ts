import { Aspects, CfnWaitConditionHandle, type IAspect, Stack } from 'aws-cdk-lib';
import { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import { CfnVpcOrigin } from 'aws-cdk-lib/aws-cloudfront';
import {
  CfnNatGateway,
  CfnRoute,
  CfnSecurityGroupEgress,
  CfnSecurityGroupIngress,
  CfnSubnetRouteTableAssociation,
  CfnVPCEndpoint,
  CfnVPCGatewayAttachment,
} from 'aws-cdk-lib/aws-ec2';
import { BaseService, CfnClusterCapacityProviderAssociations, CfnService } from 'aws-cdk-lib/aws-ecs';
import { CfnEndpointGroup } from 'aws-cdk-lib/aws-globalaccelerator';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct, type IConstruct } from 'constructs';

const waysOut = [
  CfnRoute,
  CfnSubnetRouteTableAssociation,
  CfnNatGateway,
  CfnVPCGatewayAttachment,
  CfnVPCEndpoint,
  CfnSecurityGroupIngress,
  CfnSecurityGroupEgress,
] as const;

/**
 * Starts everything that runs in the stack's network after what it needs, and stops it before. CloudFormation orders resources only
 * by what they name, and a service names subnets and security groups. Without more, its tasks may start before the routes, endpoints
 * and rules they pull their image through exist, and lose them during a teardown before they have handed over their broadcasts.
 *
 * Covers services, functions in the network, instances, and what needs the internet gateway: the accelerator's endpoints, and
 * CloudFront's way to live origins. They all depend on a single resource without effect, which depends on every part of the network.
 *
 * An aspect, because fleets add rules to each other's security groups, and the CDK associates capacity providers with the cluster
 * only after the last construct.
 */
export class StartOrder extends Construct implements IAspect {
  readonly #network: CfnWaitConditionHandle;
  readonly #services: CfnService[] = [];
  readonly #associations: CfnClusterCapacityProviderAssociations[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.#network = new CfnWaitConditionHandle(this, 'Network');
    Aspects.of(Stack.of(this)).add(this);
  }

  visit(node: IConstruct): void {
    if (waysOut.some((type) => node instanceof type)) this.#network.addResourceDependency(node as CfnRoute);
    if (runsInNetwork(node)) node.addResourceDependency(this.#network);
    if (node instanceof BaseService) {
      // The CDK adds the task role only, but pulling the image takes the execution role.
      node.node.addDependency(node.taskDefinition.obtainExecutionRole());
    }
    // In either order of visits.
    if (node instanceof CfnService) this.#services.push(node);
    if (node instanceof CfnClusterCapacityProviderAssociations) this.#associations.push(node);
    if (node instanceof CfnService || node instanceof CfnClusterCapacityProviderAssociations) {
      for (const service of this.#services) {
        for (const association of this.#associations) service.addResourceDependency(association);
      }
    }
  }
}

function runsInNetwork(
  node: IConstruct,
): node is CfnService | CfnAutoScalingGroup | CfnEndpointGroup | CfnVpcOrigin | CfnFunction {
  if (node instanceof CfnFunction) return node.vpcConfig !== undefined;
  return [CfnService, CfnAutoScalingGroup, CfnEndpointGroup, CfnVpcOrigin].some(
    (type) => node instanceof type,
  );
}
