import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { DeployCalls } from '../../../lib/infra/deploy-calls.ts';
import { RemoteParameters } from '../../../lib/infra/remote-parameters.ts';
import { PopBalancer } from '../../../lib/pop/infra/balancer.ts';
import { PopEndpoint } from '../../../lib/pop/infra/endpoint.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const endpointOf = (plainRtmp: boolean) =>
  templateOf((stack) => {
    const vpc = new Vpc(stack, 'Vpc');
    const { balancer } = new PopBalancer(stack, 'Balancer', { vpc, subnets: {}, plainRtmp });
    const remoteParameters = new RemoteParameters(stack, 'RemoteParameters', {
      calls: new DeployCalls(stack, 'DeployCalls', { logDays: 30 }),
      deployedAt: 'today',
    });
    new PopEndpoint(stack, 'Endpoint', { name: 'headwater', plainRtmp, balancer, remoteParameters });
  });

/** The parameters that are read while the stack is deployed, by the logical id of the reader. */
const parametersOf = (template: ReturnType<typeof endpointOf>) =>
  Object.fromEntries(
    Object.entries(template.findResources('Custom::RemoteParameter')).map(([id, { Properties }]) => {
      const call = JSON.parse(Properties.Create);
      expect(call).toMatchObject({ service: 'SSM', action: 'getParameter', region: 'us-west-2' });
      return [id, call.parameters.Name];
    }),
  );

describe('a region behind the accelerator', () => {
  const template = endpointOf(false);
  const withRtmp = endpointOf(true);

  test('joins each listener that the pop told of, with its balancer and the client’s address kept', () => {
    const parameters = parametersOf(withRtmp);
    const groups = Object.values(withRtmp.findResources('AWS::GlobalAccelerator::EndpointGroup'));
    const joined = groups.map(({ Properties }) => {
      const [reader, attribute] = Properties.ListenerArn['Fn::GetAtt'];
      expect(attribute).toBe('Parameter.Value');
      return parameters[reader];
    });
    expect(joined).toEqual([
      '/headwater/pop/eu-central-1/tls-listener-arn',
      '/headwater/pop/eu-central-1/udp-listener-arn',
      '/headwater/pop/eu-central-1/rtmp-listener-arn',
    ]);
    withRtmp.allResourcesProperties('AWS::GlobalAccelerator::EndpointGroup', {
      EndpointGroupRegion: 'eu-central-1',
      TrafficDialPercentage: 100,
      EndpointConfigurations: [
        {
          ClientIPPreservationEnabled: true,
          EndpointId: { Ref: Match.stringLikeRegexp('^Balancer') },
        },
      ],
    });
  });

  test('does not look for the RTMP listener where there is none', () => {
    template.resourceCountIs('AWS::GlobalAccelerator::EndpointGroup', 2);
    expect(Object.values(parametersOf(template))).not.toContain(
      '/headwater/pop/eu-central-1/rtmp-listener-arn',
    );
  });

  test('may read these parameters and no others', () => {
    const statements = Object.values(withRtmp.findResources('AWS::IAM::Policy')).flatMap(
      ({ Properties }) => Properties.PolicyDocument.Statement,
    );
    const reads = statements.filter(({ Action }) => JSON.stringify(Action).includes('ssm:'));
    expect(reads.map(({ Action }) => Action)).toEqual(['ssm:GetParameter']);
    expect(reads.flatMap(({ Resource }) => Resource)).toEqual(
      ['rtmp', 'tls', 'udp'].map(
        (listener) =>
          `arn:aws:ssm:us-west-2:111122223333:parameter/headwater/pop/eu-central-1/${listener}-listener-arn`,
      ),
    );
    const [writesLog] = statements.filter(({ Action }) => JSON.stringify(Action).includes('logs:'));
    expect(writesLog.Resource).not.toBe('*');
    expect(statements).toHaveLength(reads.length + 1);
  });

  test('keeps the reader’s log no longer than other logs', () => {
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  });
});
