import { z } from 'zod';
import { whyUnavailable } from '../partitions.ts';
import { isNetwork } from './address-plan.ts';
import { defaultZones, zoneFault } from './zones.ts';

/** With `<deployment>-origin-logs-<account>-`, 17 characters of a region keep a bucket's name within S3's 63. */
export const regionName = z
  .string()
  .regex(/^(?=.{1,17}$)[a-z]{2,4}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-central-1')
  .superRefine((name, { addIssue }) => {
    const why = whyUnavailable(name);
    if (why !== undefined) addIssue({ code: 'custom', message: why });
  })
  .describe('AWS region.');

export const awsAccount = z.string().regex(/^\d{12}$/, 'must be the 12 digits of an AWS account');

const isUnique = (list: readonly string[]): boolean => new Set(list).size === list.length;

const subnetId = z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'must be the id of a subnet');
const routeTableId = z.string().regex(/^rtb-[0-9a-f]{8,17}$/, 'must be the id of a route table');
const zoneId = z.string().regex(/^[a-z]{3,6}\d-az\d$/, 'must be a zone id such as euc1-az1');

const network = z
  .string()
  .regex(
    /^(10\.|172\.(1[6-9]|2\d|3[01])\.|192\.168\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)[\d.]+\/(1[6-9]|2[0-2])$/,
    'must be a private network of /16 to /22 such as 10.0.0.0/16',
  )
  .refine(
    (cidr) => !z.cidrv4().safeParse(cidr).success || isNetwork(cidr),
    'must be the first address of its network',
  )
  .refine((cidr) => z.cidrv4().safeParse(cidr).success, 'must be a network such as 10.0.0.0/16');

const subnet = z.strictObject({
  zoneId: zoneId.describe('Id of the zone that the subnets are in.'),
  id: subnetId.describe(
    'Private subnet for tasks, the balancer and, with `createEndpoints`, the interface endpoints.',
  ),
  routeTableId: routeTableId
    .optional()
    .describe('Route table of this subnet, for the gateway endpoints. Required with `createEndpoints`.'),
  ingestId: subnetId
    .optional()
    .describe('Subnet with a route to the internet, for proxies only. Omit to run them in `id`.'),
  ingestRouteTableId: routeTableId
    .optional()
    .describe('Route table of `ingestId`. Required with `createEndpoints`.'),
});

const vpc = z
  .strictObject({
    id: z
      .string()
      .regex(/^vpc-[0-9a-f]{8,17}$/, 'must be the id of a VPC')
      .describe('VPC. It needs an internet gateway, because Global Accelerator requires one.'),
    cidr: z
      .cidrv4('must be a network such as 10.0.0.0/16')
      .optional()
      .describe('Its IPv4 network. Required with `createEndpoints`.'),
    subnets: z
      .array(subnet)
      .min(2)
      .max(3)
      .refine((list) => isUnique(list.map(({ zoneId }) => zoneId)), 'must not name a zone twice')
      .refine((list) => isUnique(list.map(({ id }) => id)), 'must not name a subnet twice')
      .describe('Its subnets for the cell, per zone.'),
    createEndpoints: z
      .boolean()
      .default(false)
      .describe(
        'Whether to create endpoints for S3, DynamoDB, ECR, CloudWatch Logs, Secrets Manager and, with GPUs, ECS. Otherwise the subnets must reach these services already.',
      ),
  })
  .superRefine(({ cidr, subnets, createEndpoints }, { addIssue }) => {
    const missing = (path: (string | number)[]) =>
      addIssue({ code: 'custom', path, message: 'is required with createEndpoints' });
    if (createEndpoints && cidr === undefined) missing(['cidr']);
    for (const [at, { routeTableId, ingestId, ingestRouteTableId }] of subnets.entries()) {
      if (createEndpoints && routeTableId === undefined) missing(['subnets', at, 'routeTableId']);
      if (createEndpoints && ingestId !== undefined && ingestRouteTableId === undefined) {
        missing(['subnets', at, 'ingestRouteTableId']);
      }
    }
    const separate = subnets.filter(({ ingestId }) => ingestId !== undefined).length;
    if (separate > 0 && separate < subnets.length) {
      addIssue({ code: 'custom', path: ['subnets'], message: 'must have ingestId in all zones or in none' });
    }
  });

/** A region of the deployment file. */
export const deploymentRegion = z
  .strictObject({
    name: regionName,
    account: awsAccount
      .optional()
      .describe('AWS account of this region alone. Omit to use the deployment’s. Requires `account`.'),
    zones: z
      .int()
      .min(2)
      .max(3)
      .default(3)
      .describe(
        'Number of Availability Zones to use. us-west-1 has only 2. With `zoneIds` or `vpc`, their number counts.',
      ),
    zoneIds: z
      .array(zoneId)
      .min(2)
      .max(3)
      .refine(isUnique, 'must not name a zone twice')
      .optional()
      .describe(
        'Ids of the zones to use, for example `euc1-az1`. Omit for any that Global Accelerator serves.',
      ),
    cidr: network
      .optional()
      .describe(
        'IPv4 network of the VPC, /16 to /22. Omit for `10.0.0.0/16`; change it if the VPC is to be connected to others.',
      ),
    vpc: vpc.optional().describe('An existing VPC to deploy into. Omit to create one.'),
  })
  .superRefine(({ name, zones, zoneIds, cidr, vpc }, { addIssue }) => {
    const fault = (path: (string | number)[], message: string | undefined) =>
      message !== undefined && addIssue({ code: 'custom', path, message });
    if (name === 'us-west-1' && zones !== 2 && !zoneIds && !vpc) {
      fault(['zones'], 'must be 2 in us-west-1');
    }
    const named = [
      ...(zoneIds ?? []).map((id, at) => ({ path: ['zoneIds', at], id })),
      ...(vpc?.subnets ?? []).map(({ zoneId: id }, at) => ({ path: ['vpc', 'subnets', at, 'zoneId'], id })),
    ];
    // One that is no zone id at all has its error already.
    for (const { path, id } of named) if (zoneId.safeParse(id).success) fault(path, zoneFault(name, id));
    if (vpc && zoneIds) fault(['zoneIds'], 'must not be given with vpc, whose subnets name their zones');
    if (vpc && cidr) fault(['cidr'], 'must not be given with vpc, which has its own network');
  })
  .transform(({ zones, zoneIds = defaultZones, ...region }) => {
    const ids = typeof zoneIds === 'function' ? zoneIds(region.name, zones) : zoneIds;
    return {
      ...region,
      zones: region.vpc?.subnets.length ?? ids?.length ?? zones,
      ...(ids && !region.vpc && { zoneIds: ids }),
    };
  });

/** Every account has these. AWS has added none since March 2019: all others must be enabled first. */
const defaultRegions: ReadonlySet<string> = new Set([
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-north-1', 'eu-west-1', 'eu-west-2', 'eu-west-3'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-northeast-3', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
]);

/** Whether an account has the region only once it has enabled it. */
export const isOptIn = (region: string): boolean => !defaultRegions.has(region);
