import { Duration, Validations } from 'aws-cdk-lib';
import { type IVpc, Peer, Port, SecurityGroup, type SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  NetworkLoadBalancer,
  NetworkTargetGroup,
  Protocol,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { cellPorts, publicPorts } from '../../region/policy/tcp-ports.ts';

export interface PopBalancerProps {
  readonly vpc: IVpc;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection;
  /** Whether RTMP without TLS is accepted, on TCP 1935. */
  readonly plainRtmp: boolean;
}

/**
 * The region's Network Load Balancer between the accelerator and the proxies.
 *
 * It is internal: the accelerator reaches it in the private subnets, and nobody can bypass the accelerator.
 *
 * Cross-zone load balancing is on. Publishers are few and heavy, and stay for hours. If each zone's share stayed in the zone,
 * then with four tasks in three zones, 70% full on average, two would be at 47% and two at 93%, which would reject publishers
 * first. And a zone whose only task restarts would have none. The cost is the cross-zone traffic: two thirds of 6 Mb/s is
 * 1.8 GB an hour, about $0.04 per publisher-hour.
 */
export class PopBalancer extends Construct {
  readonly balancer: NetworkLoadBalancer;
  /** The balancer's security group; proxies accept traffic from it. */
  readonly securityGroup: SecurityGroup;
  readonly rtmpsTargets: NetworkTargetGroup;
  readonly srtTargets: NetworkTargetGroup;
  /** Only with plain RTMP. */
  readonly rtmpTargets: NetworkTargetGroup | undefined;
  readonly #vpc: IVpc;

  constructor(scope: Construct, id: string, props: PopBalancerProps) {
    super(scope, id);
    this.#vpc = props.vpc;
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'Balancer: broadcasters in, proxies out',
      allowAllOutbound: false,
    });
    // A balancer created without a security group can't get one later, and the accelerator would not preserve client addresses.
    this.balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc: props.vpc,
      vpcSubnets: props.subnets,
      internetFacing: false,
      securityGroups: [this.securityGroup],
      crossZoneEnabled: true,
    });
    // Neither on nor off: a successful deploy turns it on (DeletionProtection), and the next one must not turn it off.
    this.balancer.removeAttribute('deletion_protection.enabled');
    this.rtmpsTargets = this.#listen('Rtmps', publicPorts.tls, cellPorts.rtmps);
    this.srtTargets = this.#listen('Srt', publicPorts.srt, cellPorts.srt, Protocol.UDP);
    if (props.plainRtmp) this.rtmpTargets = this.#listen('Rtmp', publicPorts.rtmp, cellPorts.rtmp);
    this.#acknowledge();
  }

  #listen(id: string, port: number, targetPort: number, protocol = Protocol.TCP): NetworkTargetGroup {
    const tcp = protocol === Protocol.TCP;
    const targets = new NetworkTargetGroup(this, `${id}Targets`, {
      vpc: this.#vpc,
      targetType: TargetType.IP,
      protocol,
      port: targetPort,
      // UDP always preserves the address; for TCP to IP targets it must be enabled.
      ...(tcp ? { preserveClientIp: true } : {}),
      healthCheck: {
        protocol: Protocol.HTTP,
        port: String(cellPorts.health),
        path: '/healthz',
        interval: Duration.seconds(10),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 2,
      },
      // ECS deregisters a task and waits this long before it sends SIGTERM. The balancer may send it new publishers for about
      // as long: they find a proxy that still accepts them, not one that is closing.
      deregistrationDelay: Duration.seconds(120),
      // Then the proxy itself asks its publishers to reconnect, within its drain time; the balancer must not cut them before.
      connectionTermination: false,
    });
    // A proxy that fails a check may be slow or draining, with publishers on air, who must stay. A dead one sends no packets,
    // and the idle timeout takes care of it. Not for UDP: it has no connections, and the
    // balancer rejects the attribute there.
    if (tcp) targets.setAttribute('target_health_state.unhealthy.connection_termination.enabled', 'false');
    this.balancer.addListener(id, {
      port,
      protocol,
      defaultTargetGroups: [targets],
      // The minimum, and twice the idle time after which a proxy hangs up. A publisher whose proxy vanished silently gets a
      // reset at its next attempt to send, minutes before its own TCP gives up.
      ...(tcp ? { tcpIdleTimeout: Duration.seconds(60) } : {}),
    });
    // The accelerator preserves the broadcaster's address, so the security group must admit all addresses.
    this.securityGroup.addIngressRule(
      Peer.anyIpv4(),
      tcp ? Port.tcp(port) : Port.udp(port),
      `Broadcasters, ${id.toUpperCase()}`,
    );
    return targets;
  }

  #acknowledge(): void {
    Validations.of(this.securityGroup).acknowledge({
      id: 'AwsSolutions-EC23',
      reason:
        'Broadcasters connect from anywhere, and Global Accelerator preserves their addresses. The balancer is internal and reachable only through the accelerator. Only the listeners’ ports are open.',
    });
    Validations.of(this.balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason:
        'Network Load Balancer access logs cover only TLS listeners; these are TCP and UDP. The VPC flow logs contain every connection with its client address.',
    });
  }
}
