/**
 * What AWS allows, by default, as we knew it in November 2026. Accounts may have more: `npm run forecast -- --quota NAME=NUMBER`.
 * `adjustable`: more can be requested in Service Quotas.
 */
export const quotas = {
  'cloudfront-gbps': {
    most: 150,
    what: 'CloudFront data transfer rate of a distribution, Gb/s',
    adjustable: true,
  },
  'cloudfront-requests': {
    most: 250_000,
    what: 'CloudFront requests per second of a distribution',
    adjustable: true,
  },
  's3-puts': { most: 3_500, what: 'S3 writes per second of a partition', adjustable: false },
  's3-gets': { most: 5_500, what: 'S3 reads per second of a partition', adjustable: false },
  'dynamodb-table-writes': {
    most: 4_000,
    what: 'DynamoDB writes per second of a cold on-demand table',
    adjustable: false,
  },
  'dynamodb-table-reads': {
    most: 12_000,
    what: 'DynamoDB read units per second of a cold on-demand table',
    adjustable: false,
  },
  'dynamodb-most-writes': {
    most: 40_000,
    what: 'DynamoDB writes per second of any on-demand table',
    adjustable: true,
  },
  'dynamodb-most-reads': {
    most: 40_000,
    what: 'DynamoDB read units per second of any on-demand table',
    adjustable: true,
  },
  'dynamodb-partition-writes': {
    most: 1_000,
    what: 'DynamoDB writes per second of a partition',
    adjustable: false,
  },
  'dynamodb-partition-reads': {
    most: 3_000,
    what: 'DynamoDB read units per second of a partition',
    adjustable: false,
  },
  'fargate-vcpu': { most: 6, what: 'Fargate On-Demand vCPU resource count', adjustable: true },
  'lambda-concurrency': { most: 1_000, what: 'Lambda concurrent executions', adjustable: true },
  'nlb-targets': {
    most: 500,
    what: 'Targets of a Network Load Balancer with cross-zone balancing',
    adjustable: true,
  },
  'medialive-channels': { most: 5, what: 'MediaLive channels', adjustable: true },
  'nat-connections': {
    most: 55_000,
    what: 'Connections of a NAT gateway to one address and port',
    adjustable: false,
  },
} as const satisfies Record<string, Quota>;

interface Quota {
  readonly most: number;
  readonly what: string;
  readonly adjustable: boolean;
}

export type QuotaName = keyof typeof quotas;
export const quotaNames = Object.keys(quotas) as readonly QuotaName[];
export type QuotaOverrides = Readonly<Partial<Record<QuotaName, number>>>;
