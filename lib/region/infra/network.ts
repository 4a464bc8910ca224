import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
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
  /** The deployment's name: what its tables and buckets are named after. */
  readonly name: string;
  /** Availability Zones: 2 or 3. */
  readonly zones: number;
  /** Whether there are EC2 instances; it decides how AWS's services are reached. */
  readonly withGpu: boolean;
  /** Whether proxies send streams on to servers of others, out on the internet. */
  readonly simulcast: boolean;
  readonly logDays: RetentionDays;
}

/** The same in every region: nothing ever peers with a cell. */
const cidr = '10.0.0.0/16';
/** Room for a third zone is kept, so that adding one moves no subnet. */
const mostZones = 3;

/**
 * The VPC of a region's cell. Everything runs in the private subnets `cell`: the balancer, for the accelerator reaches it
 * there, and the tasks. The zones are `Fn::GetAZs`, so synth asks AWS nothing; the stack must override
 * `availabilityZones` for that too.
 */
export class RegionNetwork extends Construct {
  readonly vpc: Vpc;
  /** Private subnets, one a zone. */
  readonly subnets: SubnetSelection = { subnetGroupName: 'cell' };
  /** Those of the proxies: others than the rest where the proxies alone have a way out to the internet. */
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
      // One a zone, so that no zone hangs on another.
      natGateways: withNat || ingestOut ? props.zones : 0,
      // The private ones first: their addresses stay the same whether or not there are NAT gateways.
      subnetConfiguration: [
        {
          name: 'cell',
          subnetType: withNat ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PRIVATE_ISOLATED,
          // An address for each task: 4,091 in a zone.
          cidrMask: 20,
        },
        // For NAT gateways alone; without them empty and free. They bring the internet gateway, which Global Accelerator
        // wants to see on a VPC that it sends traffic into, though nothing is routed through it.
        { name: 'gateway', subnetType: SubnetType.PUBLIC, cidrMask: 26, mapPublicIpOnLaunch: false },
        // Proxies only, which alone send to others: what encodes and writes has no way out. 1,019 addresses in a zone.
        ...(ingestOut ? [{ name: 'ingest', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 }] : []),
      ],
      restrictDefaultSecurityGroup: true,
    });
    this.#gatewayEndpoints(props.name);
    this.#interfaceEndpoints(egress.interfaceServices);
    this.#flowLog(props.logDays);
  }

  /**
   * Free, so always there: segments, image layers and the control store never pass anything that is paid by the GB. Policies
   * let through what is ours: stolen code can't carry recordings into somebody else's bucket.
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
    // Where ECR keeps the layers of images: AWS's own bucket, by links that ECR signs.
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
        // The group's one rule says it already.
        open: false,
      });
      // Identities of this account alone: nobody's smuggled keys work from here.
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
   * Who connected, from which address, for how long: the balancer's own access logs don't cover TCP listeners. Live
   * ingest is few long flows, about 40 MB an hour for 1,000 publishers, so what matters is to find them again: in
   * CloudWatch, in the class that costs half ($0.25 a GB, the same as delivery to S3).
   */
  #flowLog(logDays: RetentionDays): void {
    const logGroup = new LogGroup(this, 'FlowLog', {
      retention: logDays,
      logGroupClass: LogGroupClass.INFREQUENT_ACCESS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog('Flows', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.ALL,
      maxAggregationInterval: FlowLogMaxAggregationInterval.TEN_MINUTES,
    });
  }
}
