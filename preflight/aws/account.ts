import { CloudFrontClient, ListDistributionsCommand } from '@aws-sdk/client-cloudfront';
import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetHostedZoneCommand, Route53Client } from '@aws-sdk/client-route-53';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { edgeRegion } from '../../lib/config/names.ts';
import type { HostedZone, HostedZoneFacts } from '../facts.ts';
import type { Fact } from '../finding.ts';
import { read, readerSettings, unless } from './read.ts';

/** AWS can't be asked: it doesn't know who is asking, or can't be reached. */
export class AccountError extends Error {
  override readonly name = 'AccountError';
  readonly code = 'NO_ACCOUNT';
}

const settings = { ...readerSettings, region: edgeRegion };
const logIn = 'Run `aws sso login` or set AWS_PROFILE; `aws sts get-caller-identity` must succeed.';

/** The account of the credentials in the shell. Throws `AccountError`. */
export async function callerAccount(): Promise<string> {
  try {
    const { Account = '' } = await new STSClient(settings).send(new GetCallerIdentityCommand({}));
    return Account;
  } catch (cause) {
    const { name, message, $response } = cause as Error & { $response?: unknown };
    const why = message.split('\n')[0] ?? name;
    if (name === 'CredentialsProviderError')
      throw new AccountError(`No AWS credentials: ${why}. ${logIn}`, { cause });
    if ($response) throw new AccountError(`AWS refuses the credentials: ${why}. ${logIn}`, { cause });
    throw new AccountError(`AWS can't be reached: ${why}`, { cause });
  }
}

/** Every AWS region, with whether the account has enabled it. */
export function readRegions(): Promise<Fact<ReadonlyMap<string, boolean>>> {
  return read('ec2:DescribeRegions', async () => {
    const command = new DescribeRegionsCommand({ AllRegions: true });
    const { Regions = [] } = await new EC2Client(settings).send(command);
    return new Map(
      Regions.map(({ RegionName = '', OptInStatus }) => [RegionName, OptInStatus !== 'not-opted-in']),
    );
  });
}

/** Whether the roles exist, by name. */
export async function readRoles(names: readonly string[]): Promise<ReadonlyMap<string, Fact<boolean>>> {
  const client = new IAMClient(settings);
  const facts = names.map(async (name) => {
    const role = () =>
      unless(['NoSuchEntityException', 'NoSuchEntity'], client.send(new GetRoleCommand({ RoleName: name })));
    return [name, await read('iam:GetRole', async () => (await role()) !== undefined)] as const;
  });
  return new Map(await Promise.all(facts));
}

export function readDistributions(): Promise<Fact<number>> {
  return read('cloudfront:ListDistributions', async () => {
    const { DistributionList } = await new CloudFrontClient(settings).send(new ListDistributionsCommand({}));
    return DistributionList?.Quantity ?? 0;
  });
}

/** Resolves to the name servers of a domain, as `resolveNs` of `node:dns/promises` does. */
export type ResolveNs = (domain: string) => Promise<string[]>;

/** The zone, and whom public DNS refers to for it. */
export async function readHostedZone(id: string, resolveNs: ResolveNs): Promise<HostedZoneFacts> {
  const zone = await read('route53:GetHostedZone', () => findZone(id));
  const name = 'value' in zone ? zone.value?.name : undefined;
  return { zone, delegatedTo: name === undefined ? { value: [] } : await readDelegation(name, resolveNs) };
}

async function findZone(id: string): Promise<HostedZone | undefined> {
  const found = await unless(
    ['NoSuchHostedZone'],
    new Route53Client(settings).send(new GetHostedZoneCommand({ Id: id })),
  );
  if (!found?.HostedZone) return undefined;
  return {
    name: (found.HostedZone.Name ?? '').replace(/\.$/, ''),
    isPrivate: found.HostedZone.Config?.PrivateZone ?? false,
    nameServers: (found.DelegationSet?.NameServers ?? []).map(plain),
  };
}

function readDelegation(name: string, resolveNs: ResolveNs): Promise<Fact<readonly string[]>> {
  return read('DNS', async () => {
    try {
      return (await resolveNs(name)).map(plain);
    } catch (cause) {
      if (['ENOTFOUND', 'ENODATA'].includes((cause as NodeJS.ErrnoException).code ?? '')) return [];
      throw cause;
    }
  });
}

const plain = (name: string): string => name.toLowerCase().replace(/\.$/, '');
