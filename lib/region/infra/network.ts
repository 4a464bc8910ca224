import { Annotations, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  CfnEIP,
  type CfnSubnet,
  CfnVPCGatewayAttachment,
  FlowLogDestination,
  FlowLogMaxAggregationInterval,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type ISubnet,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup, LogGroupClass, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { planEgress } from '../policy/egress.ts';

/** A VPC that the deployment file names, with its private subnets, one per zone. */
export interface ExistingVpc {
  readonly id: string;
  /** Its IPv4 network; required with `createEndpoints`. */
  readonly cidr?: string | undefined;
  readonly subnets: readonly {
    readonly zoneId: string;
    readonly id: string;
    readonly routeTableId?: string | undefined;
    /** Subnet with a route to the internet, for proxies. @default they run in `id` */
    readonly ingestId?: string | undefined;
    readonly ingestRouteTableId?: string | undefined;
  }[];
  readonly createEndpoints: boolean;
}

export interface NetworkAddresses {
  readonly cidr: string;
  /** For the tasks' subnets. */
  readonly cell: number;
  /** For the proxies' subnets, if only they have internet access. */
  readonly ingest: number;
  /** For the NAT gateways' subnets. */
  readonly gateway: number;
}

/** 4,091 addresses per zone for tasks, and 1,019 for proxies of their own. */
const defaultAddresses: NetworkAddresses = { cidr: '10.0.0.0/16', cell: 20, ingest: 22, gateway: 26 };

export interface RegionNetworkProps {
  /** Names of the tables that may be reached. */
  readonly tableNames: readonly string[];
  /** Availability Zones: 2 or 3. */
  readonly zones: number;
  /** Ids of these zones. @default any zones of the account */
  readonly zoneIds?: readonly string[];
  /** Network of the VPC, and the mask sizes of its subnets. @default 10.0.0.0/16 */
  readonly addresses?: NetworkAddresses;
  /** An existing VPC, with its subnets. @default a VPC is created */
  readonly existing?: ExistingVpc;
  /** Whether there are EC2 instances; determines how AWS services are reached. */
  readonly withGpu: boolean;
  /** Whether proxies push streams to other servers on the internet. */
  readonly simulcast: boolean;
  readonly logDays: RetentionDays;
}

/** Address space for a third zone is reserved, so that adding one moves no subnet. */
const mostZones = 3;

/**
 * The VPC of a region's cell. Everything runs in the private subnets `cell`: the tasks, and the balancer, which the
 * accelerator can reach there. The zones are `Fn::GetAZs`, so that synth makes no AWS calls; for that, the stack must also
 * override `availabilityZones`.
 */
export class RegionNetwork extends Construct {
  readonly vpc: IVpc;
  /** Private subnets, one per zone. */
  readonly subnets: SubnetSelection;
  /** Public subnets, one per zone: for tasks that come from outside, like the canary. An existing VPC has none of ours. */
  readonly publicSubnets: SubnetSelection = { subnetType: SubnetType.PUBLIC };
  /** The proxies' subnets: separate ones if only the proxies have internet access. */
  readonly ingestSubnets: SubnetSelection;

  constructor(scope: Construct, id: string, props: RegionNetworkProps) {
    super(scope, id);
    const egress = planEgress(props);
    const made = props.existing ? this.#adopt(props.existing) : this.#create(props, egress.kind === 'nat');
    this.vpc = made.vpc;
    this.subnets = made.subnets;
    this.ingestSubnets = made.ingestSubnets;
    if (!props.existing || props.existing.createEndpoints) {
      this.#gatewayEndpoints(props.tableNames);
      this.#interfaceEndpoints(
        egress.interfaceServices,
        props.existing?.cidr ?? (props.addresses ?? defaultAddresses).cidr,
      );
    }
    this.#flowLog(props.logDays);
  }

  #create(
    { addresses = defaultAddresses, zones, zoneIds, simulcast }: RegionNetworkProps,
    withNat: boolean,
  ): Cell {
    const ingestOut = simulcast && !withNat;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(addresses.cidr),
      availabilityZones: Array.from({ length: zones }, (_, zone) => Fn.select(zone, Fn.getAzs())),
      reservedAzs: mostZones - zones,
      // One per zone, so that no zone depends on another.
      natGateways: withNat || ingestOut ? zones : 0,
      // The private ones first, so that their addresses are the same with and without NAT gateways.
      subnetConfiguration: [
        {
          name: 'cell',
          subnetType: withNat ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
          // One address per task.
          cidrMask: addresses.cell,
        },
        // For NAT gateways and the canary; without them empty and free of charge. They bring the internet gateway, which Global
        // Accelerator requires on a VPC that it sends traffic to, although nothing is routed through it.
        {
          name: 'gateway',
          subnetType: SubnetType.PUBLIC,
          cidrMask: addresses.gateway,
          mapPublicIpOnLaunch: false,
        },
        // Proxies only, since only they push to other servers: encoders have no internet access.
        ...(ingestOut
          ? [{ name: 'ingest', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: addresses.ingest }]
          : []),
      ],
      restrictDefaultSecurityGroup: true,
    });
    addressesAfterGateway(vpc);
    if (zoneIds) putInZones(vpc, zoneIds);
    const subnets = { subnetGroupName: 'cell' };
    return { vpc, subnets, ingestSubnets: ingestOut ? { subnetGroupName: 'ingest' } : subnets };
  }

  /** Nothing in it is changed, apart from the endpoints that the deployment file asks for. */
  #adopt({ id, cidr, subnets }: ExistingVpc): Cell {
    const zones = subnets.map(({ zoneId }) => zoneId);
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: id,
      availabilityZones: zones,
      ...(cidr !== undefined && { vpcCidrBlock: cidr }),
    });
    const known = (
      group: string,
      subnetId: string,
      routeTableId: string | undefined,
      at: number,
    ): ISubnet => {
      const subnet = Subnet.fromSubnetAttributes(this, `${group}${at + 1}`, {
        subnetId,
        availabilityZone: zones[at] ?? '',
        ...(routeTableId !== undefined && { routeTableId }),
      });
      // Route tables are needed for gateway endpoints only, and then the deployment file must name them.
      Annotations.of(subnet).acknowledgeWarning('@aws-cdk/aws-ec2:noSubnetRouteTableId');
      return subnet;
    };
    const cell = { subnets: subnets.map((own, at) => known('Cell', own.id, own.routeTableId, at)) };
    const ingest = subnets.flatMap(({ ingestId, ingestRouteTableId }, at) =>
      ingestId === undefined ? [] : [known('Ingest', ingestId, ingestRouteTableId, at)],
    );
    return { vpc, subnets: cell, ingestSubnets: ingest.length > 0 ? { subnets: ingest } : cell };
  }

  /**
   * Free, so always present: segments, image layers and the control store never use anything billed by the GB. Policies admit
   * only our own resources, so that malicious code can't copy recordings to someone else's bucket.
   */
  #gatewayEndpoints(tableNames: readonly string[]): void {
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
        resources: tableNames
          .flatMap((table) => [table, `${table}/index/*`])
          .map((resourceName) => stack.formatArn({ service: 'dynamodb', resource: 'table', resourceName })),
      }),
    );
  }

  #interfaceEndpoints(services: readonly string[], cidr: string): void {
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

interface Cell {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly ingestSubnets: SubnetSelection;
}

/** The CDK knows zones by name only, and a name means another zone in every account. */
function putInZones(vpc: Vpc, zoneIds: readonly string[]): void {
  for (const group of [vpc.publicSubnets, vpc.privateSubnets, vpc.isolatedSubnets]) {
    for (const [at, subnet] of group.entries()) {
      const resource = subnet.node.defaultChild as CfnSubnet;
      resource.addPropertyDeletionOverride('AvailabilityZone');
      resource.availabilityZoneId = zoneIds[at % zoneIds.length];
    }
  }
}

/** EC2 maps an address only in a network with an internet gateway, and detaches that only once no address is mapped. */
function addressesAfterGateway(vpc: Vpc): void {
  const parts = vpc.node.findAll();
  const attachments = parts.filter((part) => part instanceof CfnVPCGatewayAttachment);
  for (const address of parts.filter((part) => part instanceof CfnEIP)) {
    address.node.addDependency(...attachments);
  }
}
