import type { Deployment } from '../../lib/config/deployment.ts';
import {
  edgeLogsBucketName,
  edgeRegion,
  edgeStackName,
  originBucketName,
  originLogsBucketName,
  regionStackName,
} from '../../lib/config/names.ts';
import { controlTableNames, physicalName } from '../../lib/control-store/tables.ts';
import type { Scope } from './scope.ts';

/** Something with a fixed name that a stack keeps when it is deleted: in the way of the next one of that name. */
export interface KeptResource {
  readonly kind: 'bucket' | 'table' | 'secret' | 'log group';
  readonly name: string;
  readonly region: string;
  /** The stack that it belongs to. */
  readonly stack: string;
}

/** All of them in an account. */
export const keptResources = ({ name }: Deployment, scope: Scope): KeptResource[] => [
  ...(scope.withEdge
    ? [
        {
          kind: 'log group' as const,
          name: `aws-waf-logs-${name}-edge`,
          region: edgeRegion,
          stack: edgeStackName(name),
        },
        {
          kind: 'bucket' as const,
          name: edgeLogsBucketName(name, scope.account),
          region: edgeRegion,
          stack: edgeStackName(name),
        },
      ]
    : []),
  ...scope.regions.flatMap(({ name: region }): KeptResource[] => {
    const cell = { region, stack: regionStackName(name, region) };
    return [
      { kind: 'bucket', name: originBucketName(name, scope.account, region), ...cell },
      { kind: 'bucket', name: originLogsBucketName(name, scope.account, region), ...cell },
      { kind: 'secret', name: `${name}/key-pepper`, ...cell },
      ...controlTableNames.map((end) => ({ kind: 'table' as const, name: physicalName(name, end), ...cell })),
    ];
  }),
];
