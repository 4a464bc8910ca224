import { expect, test } from '@jest/globals';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { RegionCluster } from '../../../lib/region/infra/cluster.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const template = templateOf((stack) => {
  new RegionCluster(stack, 'Cluster', { name: 'headwater', vpc: new Vpc(stack, 'Vpc') });
});

test('the cluster offers Fargate and Fargate Spot', () => {
  const [associations] = Object.values(
    template.findResources('AWS::ECS::ClusterCapacityProviderAssociations'),
  );
  expect(associations?.Properties.CapacityProviders).toEqual(['FARGATE', 'FARGATE_SPOT']);
});

test('the cluster counts its tasks, without a bill that grows with them', () => {
  template.hasResourceProperties('AWS::ECS::Cluster', {
    ClusterName: 'headwater',
    ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }],
  });
});
