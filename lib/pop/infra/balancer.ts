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
  /** Private subnets, one a zone. */
  readonly subnets: SubnetSelection;
  /** Whether RTMP without TLS is taken, on TCP 1935. */
  readonly plainRtmp: boolean;
  /** @default true */
  readonly deletionProtection?: boolean;
}

/**
 * The region's network load balancer between the accelerator and the proxies.
 *
 * It is internal: the accelerator reaches it in the private subnets, and nobody goes around the accelerator.
 *
 * Cross-zone is on. Publishers are few, heavy and stay for hours. Were each zone's share kept in the zone, then of four tasks
 * in three zones, 70 % full on average, two would stand at 47 % and two at 93 %, the first to refuse people. And a zone
 * whose one task restarts would have none. It costs the bytes that cross: two thirds of 6 Mb/s are 1.8 GB an hour, some
 * $0.04 a publisher-hour.
 */
export class PopBalancer extends Construct {
  readonly balancer: NetworkLoadBalancer;
  /** The balancer's group: proxies let in what comes from it. */
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
    // Without a group from its first day a balancer can't have one later, and the accelerator keeps no client address.
    this.balancer = new NetworkLoadBalancer(this, 'Balancer', {
      vpc: props.vpc,
      vpcSubnets: props.subnets,
      internetFacing: false,
      securityGroups: [this.securityGroup],
      crossZoneEnabled: true,
      deletionProtection: props.deletionProtection ?? true,
    });
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
      // UDP keeps the address by itself and can't do otherwise; TCP to IP targets has to be told.
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
      // ECS takes a task out of the group before it sends SIGTERM, and waits this long. The balancer may send it new
      // publishers for about as long: they find a proxy that still takes them, not one that is closing.
      deregistrationDelay: Duration.seconds(120),
      // Then the proxy itself asks its publishers to come again, within its drain time; the balancer cuts nobody before.
      connectionTermination: false,
    });
    // A proxy that fails a check may be slow, or draining: its publishers are on air and stay. One that is gone sends no
    // packets, and the idle timeout takes care of it.
    targets.setAttribute('target_health_state.unhealthy.connection_termination.enabled', 'false');
    this.balancer.addListener(id, {
      port,
      protocol,
      defaultTargetGroups: [targets],
      // The least there is, and twice the silence after which a proxy hangs up. A publisher whose proxy vanished without a
      // word gets a reset at its next try to send, minutes before its own TCP gives up.
      ...(tcp ? { tcpIdleTimeout: Duration.seconds(60) } : {}),
    });
    // The accelerator hands on the broadcaster's own address, so the group must let in everybody's.
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
        'Broadcasters come from everywhere, and Global Accelerator keeps their addresses. The balancer is internal: no path but the accelerator leads to it. Only the listeners’ ports are open.',
    });
    Validations.of(this.balancer).acknowledge({
      id: 'AwsSolutions-ELB2',
      reason:
        'Access logs of a network load balancer cover TLS listeners only; these are TCP and UDP. The flow logs of the VPC have every connection with its client address.',
    });
  }
}
