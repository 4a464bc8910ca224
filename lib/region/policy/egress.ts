/**
 * US dollars, from AWS's price lists for us-east-1, November 2026. In other regions everything costs more, so the choice is
 * the same. An interface endpoint is billed per zone. There is one NAT gateway per zone, so that no zone depends on another,
 * each with a public IPv4 address.
 */
export const egressPrices = {
  endpointHour: 0.01,
  endpointGb: 0.01,
  natHour: 0.045,
  natGb: 0.045,
  publicAddressHour: 0.005,
} as const;

/**
 * Services that tasks call and that have no gateway endpoint: images, logs (which contain the metrics), key pepper and
 * certificate.
 */
const taskServices = ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'] as const;
/** Services that the ECS agent on an EC2 instance calls as well; Fargate does so from outside the VPC. */
const instanceServices = ['ecs', 'ecs-agent', 'ecs-telemetry'] as const;

export type InterfaceService = (typeof taskServices)[number] | (typeof instanceServices)[number];

export interface EgressNeed {
  /** Availability Zones. */
  readonly zones: number;
  /** Whether there are EC2 instances in the network. */
  readonly withGpu: boolean;
  /** Traffic through endpoints or NAT, in GB per hour. @default 0.1, the logs of about thirty tasks */
  readonly gbPerHour?: number;
}

export interface Egress {
  /** How AWS services are reached: through an interface endpoint each, or through NAT gateways. */
  readonly kind: 'endpoints' | 'nat';
  /** Empty with NAT. */
  readonly interfaceServices: readonly InterfaceService[];
  /** US dollars per hour for both options. */
  readonly endpointsHourlyUsd: number;
  readonly natHourlyUsd: number;
}

/**
 * The cheaper egress from the private subnets. At the same price endpoints win, because they give no internet access. The
 * platform's functions run outside the VPC and need neither.
 */
export function planEgress({ zones, withGpu, gbPerHour = 0.1 }: EgressNeed): Egress {
  const services: readonly InterfaceService[] = withGpu
    ? [...taskServices, ...instanceServices]
    : taskServices;
  const endpointsHourlyUsd =
    services.length * zones * egressPrices.endpointHour + gbPerHour * egressPrices.endpointGb;
  const natHourlyUsd =
    zones * (egressPrices.natHour + egressPrices.publicAddressHour) + gbPerHour * egressPrices.natGb;
  const kind = endpointsHourlyUsd <= natHourlyUsd ? 'endpoints' : 'nat';
  return {
    kind,
    interfaceServices: kind === 'endpoints' ? services : [],
    endpointsHourlyUsd,
    natHourlyUsd,
  };
}
