import type { Fact } from './finding.ts';
import type { KeptResource } from './policy/kept-resources.ts';
import type { QuotaNeed } from './policy/quota-needs.ts';

/** What the account has, as far as a deployment needs it. */
export interface Facts {
  /** Of the regions with a stack of ours, those that the account hasn't enabled. */
  readonly disabledRegions: Fact<readonly string[]>;
  /** By the role's name. */
  readonly roles: ReadonlyMap<string, Fact<boolean>>;
  /** Number of CloudFront distributions. Only in the edge's account. */
  readonly distributions?: Fact<number>;
  /** Only with a domain, in the edge's account. */
  readonly hostedZone?: HostedZoneFacts;
  readonly regions: ReadonlyMap<string, RegionFacts>;
  readonly quotas: readonly QuotaFact[];
  readonly machine: MachineFacts;
}

export interface HostedZoneFacts {
  /** Undefined if there is no such zone. */
  readonly zone: Fact<HostedZone | undefined>;
  /** Name servers that the public DNS names for the zone, lower case; empty if none. */
  readonly delegatedTo: Fact<readonly string[]>;
}

export interface HostedZone {
  /** Without the final dot. */
  readonly name: string;
  readonly isPrivate: boolean;
  /** Lower case. */
  readonly nameServers: readonly string[];
}

export interface RegionFacts {
  /** Undefined if the region isn't bootstrapped with the qualifier. */
  readonly bootstrapVersion: Fact<number | undefined>;
  /** Status of each of our stacks in the region, by name; undefined if there is no such stack. */
  readonly stackStatuses: ReadonlyMap<string, Fact<string | undefined>>;
  /** The resources that an earlier stack may have kept. */
  readonly kept: readonly { readonly resource: KeptResource; readonly presence: Fact<Presence> }[];
  /** Only in the deployment's regions, not in those of the global stacks alone. */
  readonly cell?: CellFacts;
}

/** Whether something exists. Secrets that someone deletes keep their names for a week or more. */
export type Presence = 'absent' | 'present' | 'being deleted';

export interface CellFacts {
  readonly zones: Fact<readonly Zone[]>;
  /** VPCs and Elastic IPs that don't belong to the deployment. */
  readonly others: Readonly<Record<'vpcs' | 'addresses', Fact<number>>>;
  /** IDs of the zones that offer the GPU instance type. Only with a GPU fleet. */
  readonly gpuZones?: Fact<readonly string[]>;
  /** Whether MediaLive is available in the region. Only with managed encoders. */
  readonly mediaLive?: Fact<boolean>;
}

export interface Zone {
  /** For example `eu-central-1a`; another zone in each account. */
  readonly name: string;
  /** For example `euc1-az2`; the same zone in all accounts. */
  readonly id: string;
}

export interface QuotaFact {
  readonly need: QuotaNeed;
  /** Undefined if Service Quotas doesn't list the quota. */
  readonly found: Fact<FoundQuota | undefined>;
}

export interface FoundQuota {
  readonly code: string;
  readonly value: number;
}

/** The machine that will build the images. */
export interface MachineFacts {
  /** The command, as the CDK chooses it. */
  readonly builder: string;
  readonly running: boolean;
  /** Platforms that it can build for; undefined if it can't say. */
  readonly platforms?: readonly string[];
}
