import { describe, expect, test } from '@jest/globals';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { encoderWorkerCodec } from '../../../lib/config/programs/encoder-worker.ts';
import { GpuEncoderFleet } from '../../../lib/encoder/infra/gpu-encoder-fleet.ts';
import { templateOf, testDeployment } from '../../../testkit/aws/template.ts';
import { environmentOf, fleetProps, only } from './fleet-stack.ts';

function fleetOf(gpuEncoders: object = {}): Template {
  const { gpuEncoders: size } = testDeployment({ compute: { gpuEncoders } }).compute;
  return templateOf((stack) => {
    if (size) new GpuEncoderFleet(stack, 'Encoder', { ...fleetProps(stack), size });
  });
}

describe('the fleet of encoder workers with a GPU', () => {
  const template = fleetOf({ instanceType: 'g6.2xlarge', streams: 12, minTasks: 1, maxTasks: 6 });
  const task = only(template, 'AWS::ECS::TaskDefinition');
  const service = only(template, 'AWS::ECS::Service');
  const launch = only(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData;
  const [container] = task.ContainerDefinitions;

  test('has one task per instance, with its GPU and an address of its own', () => {
    expect(task).toMatchObject({ NetworkMode: 'awsvpc', RequiresCompatibilities: ['EC2'] });
    expect(container.ResourceRequirements).toEqual([{ Type: 'GPU', Value: '1' }]);
    expect(service.PlacementConstraints).toEqual([{ Type: 'distinctInstance' }]);
    expect(service.PlacementStrategies).toEqual([
      { Type: 'spread', Field: 'attribute:ecs.availability-zone' },
    ]);
  });

  test('encodes with NVENC, and reports so', () => {
    expect(encoderWorkerCodec.decode(environmentOf(container))).toMatchObject({
      pool: 'gpu',
      videoEncoder: 'nvenc',
      capacity: 12,
    });
  });

  test("runs on ECS's own image for NVIDIA cards, the newest at each deploy", () => {
    template.hasParameter('*', {
      Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>',
      Default: '/aws/service/ecs/optimized-ami/amazon-linux-2023/gpu/recommended/image_id',
    });
    expect(launch.ImageId.Ref).toMatch(/gpurecommended/);
    expect(launch.InstanceType).toBe('g6.2xlarge');
  });

  test('keeps containers away from their instance’s role, and encrypts its disk', () => {
    expect(launch.MetadataOptions).toEqual({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    expect(JSON.stringify(launch.UserData)).toContain('ECS_AWSVPC_BLOCK_IMDS=true');
    expect(launch.BlockDeviceMappings).toMatchObject([
      { DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeType: 'gp3' } },
    ]);
  });

  test('allows nothing into its instances', () => {
    template.hasResourceProperties('AWS::EC2::SecurityGroup', {
      GroupDescription: Match.stringLikeRegexp('GPU instances'),
      SecurityGroupIngress: Match.absent(),
    });
    const ingress = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
    expect(ingress.map(({ Properties }) => Properties.FromPort)).toEqual([1940]);
  });

  test('starts instances for tasks, ends none that has a task, and has room for a deployment beside the old tasks', () => {
    expect(only(template, 'AWS::ECS::CapacityProvider').AutoScalingGroupProvider).toMatchObject({
      ManagedScaling: { Status: 'ENABLED', TargetCapacity: 100 },
      ManagedTerminationProtection: 'ENABLED',
      ManagedDraining: 'ENABLED',
    });
    expect(only(template, 'AWS::AutoScaling::AutoScalingGroup')).toMatchObject({
      MinSize: '0',
      MaxSize: '12',
      NewInstancesProtectedFromScaleIn: true,
    });
    expect(only(template, 'AWS::AutoScaling::AutoScalingGroup')).not.toHaveProperty('DesiredCapacity');
  });

  test('runs on its capacity provider, which the cluster knows', () => {
    const provider = { Ref: Object.keys(template.findResources('AWS::ECS::CapacityProvider'))[0] };
    expect(service.CapacityProviderStrategy).toEqual([{ CapacityProvider: provider, Weight: 1 }]);
    const known = only(template, 'AWS::ECS::ClusterCapacityProviderAssociations').CapacityProviders;
    expect(known).toContainEqual(provider);
  });

  test('is deployed and scaled by the CPU fleet’s rules', () => {
    expect(container).toMatchObject({ StopTimeout: 120, ReadonlyRootFilesystem: true, User: '1000:1000' });
    expect(service.DeploymentConfiguration).toMatchObject({
      MinimumHealthyPercent: 100,
      MaximumPercent: 200,
      DeploymentCircuitBreaker: { Enable: true, Rollback: true },
    });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        CustomizedMetricSpecification: {
          MetricName: 'EncoderUtilization',
          Dimensions: [{ Name: 'Pool', Value: 'gpu' }],
        },
      },
    });
  });
});
