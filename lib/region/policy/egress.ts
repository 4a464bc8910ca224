/**
 * US dollars, from AWS's price lists of us-east-1, November 2026. Other regions cost more of everything: the choice is the
 * same there. An interface endpoint is priced for each zone that it is in. A NAT gateway is one a zone, so that no zone
 * hangs on another, with a public IPv4 address.
 */
const prices = {
  endpointHour: 0.01,
  endpointGb: 0.01,
  natHour: 0.045,
  natGb: 0.045,
  publicAddressHour: 0.005,
} as const;

/** What the tasks call that has no gateway endpoint: images, logs (metrics are in them), the key pepper and certificate. */
const taskServices = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'] as const;
/** What the ECS agent on an EC2 instance calls besides; Fargate does that from outside the VPC. */
const instanceServices = ['ecs', 'ecs-agent', 'ecs-telemetry'] as const;

export type InterfaceService = (typeof taskServices)[number] | (typeof instanceServices)[number];

export interface EgressNeed {
  /** Availability Zones. */
  readonly zones: number;
  /** Whether there are EC2 instances in the network. */
  readonly withGpu: boolean;
  /** What goes through endpoints or NAT, in GB an hour. @default 0.1: logs of some thirty tasks */
  readonly gbPerHour?: number;
}

export interface Egress {
  /** How AWS's services are reached: through an interface endpoint each, or the NAT gateways. */
  readonly kind: 'endpoints' | 'nat';
  /** Empty with NAT. */
  readonly interfaceServices: readonly InterfaceService[];
  /** US dollars an hour of both ways. */
  readonly endpointsHourlyUsd: number;
  readonly natHourlyUsd: number;
}

/**
 * The cheaper way out of the private subnets. At the same price endpoints win, because they leave no way to the internet. The
 * functions of the platform run outside the VPC and need neither.
 */
export function planEgress({ zones, withGpu, gbPerHour = 0.1 }: EgressNeed): Egress {
  const services: readonly InterfaceService[] = withGpu
    ? [...taskServices, ...instanceServices]
    : taskServices;
  const endpointsHourlyUsd = services.length * zones * prices.endpointHour + gbPerHour * prices.endpointGb;
  const natHourlyUsd = zones * (prices.natHour + prices.publicAddressHour) + gbPerHour * prices.natGb;
  const kind = endpointsHourlyUsd <= natHourlyUsd ? 'endpoints' : 'nat';
  return {
    kind,
    interfaceServices: kind === 'endpoints' ? services : [],
    endpointsHourlyUsd,
    natHourlyUsd,
  };
}
