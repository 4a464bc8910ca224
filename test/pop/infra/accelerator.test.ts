import { describe, expect, test } from '@jest/globals';
import { Stack } from 'aws-cdk-lib';
import { PopAccelerator, type PopAcceleratorProps } from '../../../lib/pop/infra/accelerator.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const domain = { name: 'live.example.com', hostedZoneId: 'Z0123456789ABCDEFGHIJ' };

function pop(props: Partial<PopAcceleratorProps> = {}) {
  let accelerator: PopAccelerator | undefined;
  const template = templateOf((stack) => {
    accelerator = new PopAccelerator(stack, 'Pop', {
      name: 'headwater',
      region: 'eu-central-1',
      ...props,
    });
  }, 'us-west-2');
  return { template, accelerator: accelerator as PopAccelerator };
}

const listenersOf = ({ template }: ReturnType<typeof pop>) =>
  Object.values(template.findResources('AWS::GlobalAccelerator::Listener'))
    .map(({ Properties }) => `${Properties.Protocol} ${JSON.stringify(Properties.PortRanges)}`)
    .sort();

const parametersOf = ({ template }: ReturnType<typeof pop>): Record<string, unknown> =>
  Object.fromEntries(
    Object.values(template.findResources('AWS::SSM::Parameter')).map(({ Properties }) => [
      Properties.Name,
      Properties.Value,
    ]),
  );

describe('the accelerator', () => {
  test('takes RTMPS on TCP 443, keeps UDP 9000 for SRT, and TCP 1935 for regions that turn plain RTMP on and off', () => {
    expect(listenersOf(pop())).toEqual([
      'TCP [{"FromPort":1935,"ToPort":1935}]',
      'TCP [{"FromPort":443,"ToPort":443}]',
      'UDP [{"FromPort":9000,"ToPort":9000}]',
    ]);
  });

  test('tells the regions its listeners and its name by parameters', () => {
    const { template } = pop();
    const listeners = template.findResources('AWS::GlobalAccelerator::Listener');
    const portOf = (value: { Ref: string } | { 'Fn::GetAtt': string[] }) => {
      const id = 'Ref' in value ? value.Ref : (value['Fn::GetAtt'][0] ?? '');
      return listeners[id]?.Properties.PortRanges[0].FromPort;
    };
    const parameters = parametersOf({ template } as ReturnType<typeof pop>);
    expect(Object.keys(parameters).sort()).toEqual([
      '/headwater/pop/eu-central-1/dns-name',
      '/headwater/pop/eu-central-1/rtmp-listener-arn',
      '/headwater/pop/eu-central-1/tls-listener-arn',
      '/headwater/pop/eu-central-1/udp-listener-arn',
    ]);
    expect(portOf(parameters['/headwater/pop/eu-central-1/tls-listener-arn'] as { Ref: string })).toBe(443);
    expect(portOf(parameters['/headwater/pop/eu-central-1/udp-listener-arn'] as { Ref: string })).toBe(9000);
    expect(portOf(parameters['/headwater/pop/eu-central-1/rtmp-listener-arn'] as { Ref: string })).toBe(1935);
    expect(parameters['/headwater/pop/eu-central-1/dns-name']).toEqual({
      'Fn::GetAtt': [expect.stringMatching(/^PopAccelerator/), 'DnsName'],
    });
  });

  test('keeps no broadcaster at a place: any proxy finds the stream’s worker', () => {
    pop().template.allResourcesProperties('AWS::GlobalAccelerator::Listener', { ClientAffinity: 'NONE' });
  });

  test('is found under the region and `ingest.` before the domain', () => {
    const { template, accelerator } = pop({ domain });
    expect(accelerator.ingestHost).toBe('eu-central-1.ingest.live.example.com');
    template.resourceCountIs('AWS::Route53::RecordSet', 1);
    template.hasResourceProperties('AWS::Route53::RecordSet', {
      Name: 'eu-central-1.ingest.live.example.com.',
      Type: 'A',
      HostedZoneId: domain.hostedZoneId,
    });
  });

  test('is found under its own name where there is no domain', () => {
    const { template, accelerator } = pop();
    const parameter = parametersOf({ template, accelerator })['/headwater/pop/eu-central-1/dns-name'];
    expect(Stack.of(accelerator).resolve(accelerator.ingestHost)).toEqual(parameter);
    template.resourceCountIs('AWS::Route53::RecordSet', 0);
  });
});
