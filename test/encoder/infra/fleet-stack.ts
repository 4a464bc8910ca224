import type { Stack } from 'aws-cdk-lib';
import type { Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage } from 'aws-cdk-lib/aws-ecs';
import type { EncoderFleetProps } from '../../../lib/encoder/infra/encoder-task.ts';

/** What a fleet of workers is given in tests, with a network and a cluster in `stack`. */
export function fleetProps(stack: Stack): EncoderFleetProps {
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 0,
    subnetConfiguration: [{ name: 'cell', subnetType: SubnetType.PRIVATE_ISOLATED }],
  });
  return {
    name: 'headwater',
    cluster: new Cluster(stack, 'Cluster', { vpc, enableFargateCapacityProviders: true }),
    subnets: { subnetGroupName: 'cell' },
    image: ContainerImage.fromRegistry('example.com/worker'),
    proxySecurityGroup: new SecurityGroup(stack, 'Proxies', { vpc, allowAllOutbound: false }),
    controlStore: 'dynamodb:headwater',
    eventDays: 400,
    origin: 's3://headwater-origin-111122223333-eu-central-1',
    relayKeys: 'secretsmanager:headwater/relay-keys',
    playbackBaseUrl: 'https://live.example.com',
    dvrWindowSeconds: 600,
    headroomPercent: 40,
    logDays: 30,
  };
}

/** As the assertions library gives them: nothing is known of them. */
type ResourceProperties = ReturnType<Template['findResources']>[string];

/** The properties of the one resource of this type. */
export function only(template: Template, type: string): ResourceProperties {
  const found = Object.values(template.findResources(type));
  if (found.length !== 1) throw new Error(`There are ${found.length} of ${type}`);
  return found[0]?.Properties;
}

export const environmentOf = (container: {
  readonly Environment: readonly { readonly Name: string; readonly Value: string }[];
}): Record<string, string> =>
  Object.fromEntries(container.Environment.map(({ Name, Value }) => [Name, Value]));
