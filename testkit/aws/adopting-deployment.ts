import { fullDeployment } from './platform-templates.ts';

/** The account of the deployment, of its edge and of its first region. */
export const ownAccount = '111122223333';
/** The account of the second region. */
export const otherAccount = '444455556666';

/**
 * A deployment into a company's own accounts: everything that the file says about what is there already. The longest name and
 * region that it accepts, so that all names made of them are as long as they can be.
 */
export const adoptingDeployment = (fields: object = {}) =>
  fullDeployment({
    name: 'a234567890123456789z',
    tags: { 'cost-center': '4711', team: 'Live events' },
    permissionsBoundary: 'teams/live-boundary',
    bootstrapQualifier: 'live0',
    domain: undefined,
    regions: [
      {
        name: 'ap-southeast-2',
        vpc: {
          id: 'vpc-0a000001',
          cidr: '10.1.0.0/16',
          createEndpoints: true,
          subnets: [1, 2].map((zone) => ({
            zoneId: `apse2-az${zone}`,
            id: `subnet-0a00000${zone}`,
            routeTableId: `rtb-0a00000${zone}`,
            ingestId: `subnet-0b00000${zone}`,
            ingestRouteTableId: `rtb-0b00000${zone}`,
          })),
        },
      },
      {
        name: 'ap-northeast-1',
        account: otherAccount,
        zoneIds: ['apne1-az1', 'apne1-az4'],
        cidr: '10.2.0.0/18',
      },
    ],
    ...fields,
  });
