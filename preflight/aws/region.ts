import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeVpcsCommand,
  EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { deploymentTag } from '../../lib/config/names.ts';
import type { CellFacts, RegionFacts } from '../facts.ts';
import type { Fact } from '../finding.ts';
import type { KeptResource } from '../policy/kept-resources.ts';
import { readPresence } from './presence.ts';
import { read, readerSettings, unless } from './read.ts';

/** What to look for in a region. */
export interface RegionQuestion {
  readonly region: string;
  readonly qualifier: string;
  readonly stacks: readonly string[];
  readonly kept: readonly KeptResource[];
  /** Only in regions of the deployment, which have a cell. */
  readonly cell?: {
    readonly deployment: string;
    readonly instanceType?: string;
    readonly managedEncoder: boolean;
  };
}

export async function readRegion(question: RegionQuestion): Promise<RegionFacts> {
  const { region, qualifier, stacks, kept, cell } = question;
  const [bootstrapVersion, stackStatuses, existing, cellFacts] = await Promise.all([
    readBootstrap(region, qualifier),
    readStacks(region, stacks),
    Promise.all(kept.map(async (resource) => ({ resource, presence: await readPresence(resource) }))),
    cell && readCell(region, cell),
  ]);
  return { bootstrapVersion, stackStatuses, kept: existing, ...(cellFacts && { cell: cellFacts }) };
}

function readBootstrap(region: string, qualifier: string): Promise<Fact<number | undefined>> {
  return read('ssm:GetParameter', async () => {
    const version = await parameter(region, `/cdk-bootstrap/${qualifier}/version`);
    return version === undefined ? undefined : Number(version);
  });
}

/** Whether a service is available in a region, from the parameters that AWS publishes. */
const readService = (region: string, service: string): Promise<Fact<boolean>> =>
  read('ssm:GetParameter', async () => {
    const name = `/aws/service/global-infrastructure/regions/${region}/services/${service}`;
    return (await parameter(region, name)) !== undefined;
  });

async function parameter(region: string, name: string): Promise<string | undefined> {
  const client = new SSMClient({ ...readerSettings, region });
  return (await unless(['ParameterNotFound'], client.send(new GetParameterCommand({ Name: name }))))
    ?.Parameter?.Value;
}

async function readStacks(region: string, names: readonly string[]): Promise<RegionFacts['stackStatuses']> {
  const client = new CloudFormationClient({ ...readerSettings, region });
  const status = (name: string) =>
    read('cloudformation:DescribeStacks', async () => {
      try {
        const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }));
        return Stacks?.[0]?.StackStatus;
      } catch (cause) {
        // A `ValidationError`, like many other faults.
        if (/does not exist/.test((cause as Error).message)) return undefined;
        throw cause;
      }
    });
  return new Map(await Promise.all(names.map(async (name) => [name, await status(name)] as const)));
}

async function readCell(
  region: string,
  { deployment, instanceType, managedEncoder }: NonNullable<RegionQuestion['cell']>,
): Promise<CellFacts> {
  const client = new EC2Client({ ...readerSettings, region });
  const isOther = ({ Tags = [] }: { Tags?: Tag[] | undefined }) =>
    !Tags.some(({ Key, Value }) => Key === deploymentTag && Value === deployment);
  const [zones, vpcs, addresses, gpuZones, mediaLive] = await Promise.all([
    read('ec2:DescribeAvailabilityZones', async () => {
      const command = new DescribeAvailabilityZonesCommand({
        Filters: [
          { Name: 'zone-type', Values: ['availability-zone'] },
          { Name: 'state', Values: ['available'] },
        ],
      });
      const { AvailabilityZones = [] } = await client.send(command);
      return AvailabilityZones.map(({ ZoneName: name = '', ZoneId: id = '' }) => ({ name, id }));
    }),
    read('ec2:DescribeVpcs', async () => {
      const { Vpcs = [] } = await client.send(new DescribeVpcsCommand({ MaxResults: 1_000 }));
      return Vpcs.filter(isOther).length;
    }),
    read('ec2:DescribeAddresses', async () => {
      const { Addresses = [] } = await client.send(new DescribeAddressesCommand({}));
      return Addresses.filter(isOther).length;
    }),
    instanceType === undefined ? undefined : readOfferings(client, instanceType),
    managedEncoder ? readService(region, 'medialive') : undefined,
  ]);
  return {
    zones,
    others: { vpcs, addresses },
    ...(gpuZones && { gpuZones }),
    ...(mediaLive && { mediaLive }),
  };
}

const readOfferings = (client: EC2Client, instanceType: string): Promise<Fact<string[]>> =>
  read('ec2:DescribeInstanceTypeOfferings', async () => {
    const command = new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone-id',
      Filters: [{ Name: 'instance-type', Values: [instanceType] }],
    });
    const { InstanceTypeOfferings = [] } = await client.send(command);
    return InstanceTypeOfferings.map(({ Location = '' }) => Location);
  });
