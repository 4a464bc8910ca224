import { expect, test } from '@jest/globals';
import { accountOf, popOf } from '../../lib/config/accounts.ts';
import { readDeployment } from '../../lib/config/deployment.ts';

const fields = {
  name: 'headwater',
  account: '111122223333',
  regions: [
    { name: 'eu-central-1' },
    { name: 'us-east-1', account: '999900001111' },
    { name: 'eu-west-1', account: '111122223333' },
  ],
  budget: { monthlyUsd: 1000, emails: ['operators@example.com'] },
};
const deployment = readDeployment(JSON.stringify(fields), 'deployment.json');

test('a region has its own account or the deployment’s, and the pop of that account', () => {
  expect(
    deployment.regions.map((region) => [accountOf(deployment, region), popOf(deployment, region)]),
  ).toEqual([
    ['111122223333', 'headwater-pop'],
    ['999900001111', 'headwater-pop-999900001111'],
    ['111122223333', 'headwater-pop'],
  ]);
});
