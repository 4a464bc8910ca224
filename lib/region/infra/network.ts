import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  CfnEIP,
  CfnVPCGatewayAttachment,
  FlowLogDestination,
  FlowLogMaxAggregationInterval,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, LogGroupClass, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { planEgress } from '../policy/egress.ts';

export interface RegionNetworkProps {
  /** The deployment's name, which its tables and buckets are named after. */
  readonly name: string;
  /** Availability Zones: 2 or 3. */
  readonly zones: number;
  /** Whether there are EC2 instances; determines how AWS services are reached. */
  readonly withGpu: boolean;
  /** Whether proxies push streams to other servers on the internet. */
  readonly simulcast: boolean;
  readonly logDays: RetentionDays;
}

/** The same in every region, because cells are never peered. */
const cidr = '10.0.0.0/16';
/** Address space for a third zone is reserved, so that adding one moves no subnet. */
const mostZones = 3;

/**
 * The VPC of a region's cell. Everything runs in the private subnets `cell`: the tasks, and the balancer, which the
 * accelerator can reach there. The zones are `Fn::GetAZs`, so that synth makes no AWS calls; for that, the stack must also
 * override `availabilityZones`.
 */
export class RegionNetwork extends Construct {
  readonly vpc: Vpc;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection = { subnetGroupName: 'cell' };
  /** Public subnets, one per zone: for tasks that come from outside, like the canary. */
  readonly publicSubnets: SubnetSelection = { subnetType: SubnetType.PUBLIC };
  /** The proxies' subnets: separate ones if only the proxies have internet access. */
  readonly ingestSubnets: SubnetSelection;

  constructor(scope: Construct, id: string, props: RegionNetworkProps) {
    super(scope, id);
    const egress = planEgress(props);
    const withNat = egress.kind === 'nat';
    const ingestOut = props.simulcast && !withNat;
    this.ingestSubnets = ingestOut ? { subnetGroupName: 'ingest' } : this.subnets;
    this.vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(cidr),
      availabilityZones: Array.from({ length: props.zones }, (_, zone) => Fn.select(zone, Fn.getAzs())),
      reservedAzs: mostZones - props.zones,
      // One per zone, so that no zone depends on another.
      natGateways: withNat || ingestOut ? props.zones : 0,
      // The private ones first, so that their addresses are the same with and without NAT gateways.
      subnetConfiguration: [
        {
          name: 'cell',
          subnetType: withNat ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
          // One address per task: 4,091 per zone.
          cidrMask: 20,
        },
        // For NAT gateways and the canary; without them empty and free of charge. They bring the internet gateway, which Global
        // Accelerator requires on a VPC that it sends traffic to, although nothing is routed through it.
        { name: 'gateway', subnetType: SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
        // Proxies only, since only they push to other servers: encoders have no internet access. 1,019 addresses per zone.
        ...(ingestOut ? [{ name: 'ingest', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 }] : []),
      ],
      restrictDefaultSecurityGroup: true,
    });
    this.#addressesAfterGateway();
    this.#gatewayEndpoints(props.name);
    this.#interfaceEndpoints(egress.interfaceServices);
    this.#flowLog(props.logDays);
  }

  /** EC2 maps an address only in a network with an internet gateway, and detaches that only once no address is mapped. */
  #addressesAfterGateway(): void {
    const parts = this.vpc.node.findAll();
    const attachments = parts.filter((part) => part instanceof CfnVPCGatewayAttachment);
    for (const address of parts.filter((part) => part instanceof CfnEIP)) {
      address.node.addDependency(...attachments);
    }
  }

  /**
   * Free, so always present: segments, image layers and the control store never use anything billed by the GB. Policies admit
   * only our own resources, so that malicious code can't copy recordings to someone else's bucket.
   */
  #gatewayEndpoints(name: string): void {
    const stack = Stack.of(this);
    const ours = { StringEquals: { 'aws:ResourceAccount': stack.account } };
    const subnets = this.ingestSubnets === this.subnets ? [this.subnets] : [this.subnets, this.ingestSubnets];
    const s3 = this.vpc.addGatewayEndpoint('S3', {
      service: GatewayVpcEndpointAwsService.S3,
      subnets,
    });
    s3.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['s3:*'],
        resources: ['*'],
        conditions: ours,
      }),
    );
    // Where ECR keeps image layers: AWS's own bucket, through links that ECR signs.
    s3.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject'],
        resources: [`arn:${stack.partition}:s3:::prod-${stack.region}-starport-layer-bucket/*`],
      }),
    );
    const dynamodb = this.vpc.addGatewayEndpoint('DynamoDb', {
      service: GatewayVpcEndpointAwsService.DYNAMODB,
      subnets,
    });
    dynamodb.addToPolicy(
      new PolicyStatement({
        principals: [new AnyPrincipal()],
        actions: ['dynamodb:*'],
        resources: [stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName: `${name}-*` })],
      }),
    );
  }

  #interfaceEndpoints(services: readonly string[]): void {
    if (services.length === 0) return;
    const securityGroup = new SecurityGroup(this, 'EndpointsSecurityGroup', {
      vpc: this.vpc,
      description: 'Interface endpoints: HTTPS from within the VPC',
      allowAllOutbound: false,
    });
    securityGroup.addIngressRule(Peer.ipv4(cidr), Port.HTTPS, 'Tasks and instances of the cell');
    for (const service of services) {
      const endpoint = this.vpc.addInterfaceEndpoint(service, {
        service: new InterfaceVpcEndpointAwsService(service),
        subnets: this.subnets,
        securityGroups: [securityGroup],
        // The group's only rule covers it already.
        open: false,
      });
      // Only identities of this account: smuggled-in foreign credentials do not work from here.
      endpoint.addToPolicy(
        new PolicyStatement({
          principals: [new AnyPrincipal()],
          actions: ['*'],
          resources: ['*'],
          conditions: { StringEquals: { 'aws:PrincipalAccount': Stack.of(this).account } },
        }),
      );
    }
  }

  /**
   * Who connected, from which address, and for how long: the balancer's own access logs don't cover TCP listeners. Live
   * ingest consists of few long flows, about 40 MB an hour for 1,000 publishers, so what matters is finding them: hence
   * CloudWatch, in the class at half price ($0.25 per GB, the same as delivery to S3).
   */
  #flowLog(logDays: RetentionDays): void {
    const logGroup = new LogGroup(this, 'FlowLog', {
      retention: logDays,
      logGroupClass: LogGroupClass.INFREQUENT_ACCESS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const flowLog = this.vpc.addFlowLog('Flows', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.ALL,
      maxAggregationInterval: FlowLogMaxAggregationInterval.TEN_MINUTES,
    });
    // Includes the role's policy.
    if (flowLog.iamRole) flowLog.node.findChild('FlowLog').node.addDependency(flowLog.iamRole);
  }
}
