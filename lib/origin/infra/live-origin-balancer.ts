import { Duration, Validations } from 'aws-cdk-lib';
import { type IVpc, Peer, Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { DeployCalls } from '../../infra/deploy-calls.ts';
import { cellPorts, liveOriginPort } from '../../region/policy/tcp-ports.ts';

export interface LiveOriginBalancerProps {
  readonly vpc: IVpc;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection;
  readonly calls: DeployCalls;
}

/** The addresses that CloudFront fetches from. The list has another id in each region. */
const cloudFrontList = 'com.amazonaws.global.cloudfront.origin-facing';

/**
 * The internal balancer between CloudFront's VPC origin and the live origins (docs/decisions/0036). A Network Load Balancer passes bytes
 * on as they come, so nothing else waits for a chunk of a growing segment or ends a held request.
 *
 * Cross-zone load balancing is on: there may be one live origin in a zone, and while it is replaced, the zone's share goes to others.
 */
export class LiveOriginBalancer extends Construct {
  readonly balancer: NetworkLoadBalancer;
  /** The balancer's security group; live origins accept traffic from it. */
  readonly securityGroup: SecurityGroup;
  readonly targets: NetworkTargetGroup;
  readonly port = liveOriginPort;

  constructor(scope: Construct, id: string, { vpc, subnets, calls }: LiveOriginBalancerProps) {
    super(scope, id);
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'Live balancer: CloudFront in, live origins out',
      allowAllOutbound: false,
    });
    // Only a VPC origin of this account leads to an internal balancer, so the list of all of CloudFront lets in nobody else's. The group
    // that CloudFront makes for VPC origins exists too late for a first deploy.
    this.securityGroup.addIngressRule(
      Peer.prefixList(this.#cloudFrontListId(calls)),
      Port.tcp(liveOriginPort),
      'CloudFront, through its VPC origin',
    );
    // A VPC origin needs one with a security group, and without TLS and IPv6.
    this.balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc,
      vpcSubnets: subnets,
      internetFacing: false,
      securityGroups: [this.securityGroup],
      crossZoneEnabled: true,
    });
    // Neither on nor off: a successful deploy turns it on (DeletionProtection), and the next one must not turn it off.
    this.balancer.removeAttribute('deletion_protection.enabled');
    this.targets = new NetworkTargetGroup(this, 'Targets', {
      vpc,
      targetType: TargetType.IP,
      protocol: Protocol.TCP,
      port: cellPorts.live,
      // Nobody behind it looks at CloudFront's address.
      preserveClientIp: false,
      healthCheck: {
        protocol: Protocol.HTTP,
        port: String(cellPorts.health),
        path: '/healthz',
        // A player at two seconds notices soon. CloudFront fails over to the bucket meanwhile.
        interval: Duration.seconds(5),
        timeout: Duration.seconds(3),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
      // ECS deregisters a task and waits this long before it sends SIGTERM. The balancer may send it new connections for about as long.
      deregistrationDelay: Duration.seconds(120),
      // Then it answers what it holds, and closes the connections that CloudFront keeps open.
      connectionTermination: false,
    });
    this.balancer.addListener('Http', {
      port: liveOriginPort,
      protocol: Protocol.TCP,
      defaultTargetGroups: [this.targets],
      // Longer than CloudFront keeps an idle connection, so that only CloudFront ends one.
      tcpIdleTimeout: Duration.seconds(350),
    });
    Validations.of(this.balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason:
        'Network Load Balancer access logs cover only TLS listeners, which a VPC origin must not have. CloudFront logs every request.',
    });
  }

  #cloudFrontListId(calls: DeployCalls): string {
    const found = calls.make(this, 'CloudFrontList', {
      resourceType: 'Custom::PrefixList',
      onUpdate: {
        service: 'EC2',
        action: 'describeManagedPrefixLists',
        parameters: { Filters: [{ Name: 'prefix-list-name', Values: [cloudFrontList] }] },
        outputPaths: ['PrefixLists.0.PrefixListId'],
        physicalResourceId: PhysicalResourceId.of(cloudFrontList),
      },
      permission: new PolicyStatement({ actions: ['ec2:DescribeManagedPrefixLists'], resources: ['*'] }),
    });
    Validations.of(calls).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Prefix lists can only be looked up among all; the call changes nothing, and they are AWS’s public addresses.',
    });
    return found.getResponseField('PrefixLists.0.PrefixListId');
  }
}
