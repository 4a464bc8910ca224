/** The network of a VPC that the platform creates: the same in every region, because cells are never peered. */
export const defaultCidr = '10.0.0.0/16';

/** Mask sizes of a cell's subnets in a VPC; each exists once per zone. */
export interface AddressPlan {
  readonly cidr: string;
  /** Tasks, the balancer and endpoints. */
  readonly cell: number;
  /** Proxies, if only they have internet access. */
  readonly ingest: number;
  /** NAT gateways only. */
  readonly gateway: number;
}

/** AWS's smallest subnet. */
const smallest = 28;
/** Addresses that AWS reserves in every subnet. */
const reserved = 5;
/** The two balancers may use 8 addresses of a subnet each; each of up to 7 interface endpoints has one, and so has CloudFront. */
const fixtures = 24;

export const maskOf = (cidr: string): number => Number(cidr.slice(cidr.indexOf('/') + 1));

/** A third zone always fits, so that adding it moves no subnet. */
export const addressPlan = (cidr: string): AddressPlan => ({
  cidr,
  cell: maskOf(cidr) + 4,
  ingest: Math.min(smallest, maskOf(cidr) + 6),
  gateway: Math.min(smallest, maskOf(cidr) + 10),
});

/** Tasks for which a subnet of this mask size has addresses. */
export const tasksOf = (mask: number): number => 2 ** (32 - mask) - reserved - fixtures;

/** Whether all bits after the mask are 0. */
export function isNetwork(cidr: string): boolean {
  const [address = ''] = cidr.split('/');
  const bits = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return bits % 2 ** (32 - maskOf(cidr)) === 0;
}
