import { describe, expect, test } from '@jest/globals';
import type { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { PopBalancer, type PopBalancerProps } from '../../../lib/pop/infra/balancer.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const balancerOf = (props: Partial<PopBalancerProps> = {}): Template =>
  templateOf((stack) => {
    const vpc = new Vpc(stack, 'Vpc');
    new PopBalancer(stack, 'Balancer', { vpc, subnets: {}, plainRtmp: false, ...props });
  });

const attributesOf = (template: Template, type: string, list: string) =>
  Object.values(template.findResources(type)).map(({ Properties }) => ({
    port: Properties.Port,
    protocol: Properties.Protocol,
    attributes: Object.fromEntries(
      (Properties[list] ?? []).map(({ Key, Value }: { Key: string; Value: string }) => [Key, Value]),
    ),
  }));

const targetGroupsOf = (template: Template) =>
  attributesOf(template, 'AWS::ElasticLoadBalancingV2::TargetGroup', 'TargetGroupAttributes');
const listenersOf = (template: Template) =>
  attributesOf(template, 'AWS::ElasticLoadBalancingV2::Listener', 'ListenerAttributes');

describe('the balancer', () => {
  const template = balancerOf();
  const withRtmp = balancerOf({ plainRtmp: true });

  test('is internal, so that nobody goes around the accelerator', () => {
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Type: 'network',
      Scheme: 'internal',
    });
  });

  test('has a security group, without which the accelerator keeps no client address', () => {
    const [balancer] = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
    expect(balancer?.Properties.SecurityGroups).toHaveLength(1);
  });

  test('sends 443 to the proxies’ RTMPS and 9000 to their SRT, and ends no TLS itself', () => {
    expect(listenersOf(template)).toMatchObject([
      { port: 443, protocol: 'TCP' },
      { port: 9000, protocol: 'UDP' },
    ]);
    expect(targetGroupsOf(template)).toMatchObject([
      { port: 1936, protocol: 'TCP' },
      { port: 9000, protocol: 'UDP' },
    ]);
  });

  test('takes RTMP without TLS only where it is asked for', () => {
    expect(listenersOf(withRtmp)).toContainEqual(expect.objectContaining({ port: 1935, protocol: 'TCP' }));
    expect(targetGroupsOf(withRtmp)).toContainEqual(expect.objectContaining({ port: 1935, protocol: 'TCP' }));
  });

  test('lets in broadcasters from everywhere on these ports, and nothing else', () => {
    const rulesOf = (of: Template) =>
      Object.values(of.findResources('AWS::EC2::SecurityGroup')).flatMap(({ Properties }) =>
        (Properties.SecurityGroupIngress ?? []).map(
          ({ IpProtocol, FromPort, ToPort, CidrIp }: Record<string, unknown>) =>
            `${IpProtocol} ${FromPort}-${ToPort} ${CidrIp}`,
        ),
      );
    expect(rulesOf(template)).toEqual(['tcp 443-443 0.0.0.0/0', 'udp 9000-9000 0.0.0.0/0']);
    expect(rulesOf(withRtmp)).toContain('tcp 1935-1935 0.0.0.0/0');
  });

  test('hands on the broadcaster’s own address over TCP; UDP does so unasked', () => {
    const [rtmps, srt] = targetGroupsOf(template);
    expect(rtmps?.attributes).toMatchObject({ 'preserve_client_ip.enabled': 'true' });
    expect(srt?.attributes).not.toHaveProperty('preserve_client_ip.enabled');
    template.allResourcesProperties('AWS::ElasticLoadBalancingV2::TargetGroup', { TargetType: 'ip' });
  });

  test('cuts no publisher because its proxy fails a check or is taken out', () => {
    const unhealthy = 'target_health_state.unhealthy.connection_termination.enabled';
    for (const { protocol, attributes } of targetGroupsOf(withRtmp)) {
      expect(attributes).toMatchObject({ 'deregistration_delay.connection_termination.enabled': 'false' });
      // The balancer rejects it for UDP.
      if (protocol === 'UDP') expect(attributes).not.toHaveProperty([unhealthy]);
      else expect(attributes).toMatchObject({ [unhealthy]: 'false' });
    }
  });

  test('waits with SIGTERM for as long as it may send new publishers to a proxy that goes', () => {
    for (const { attributes } of targetGroupsOf(withRtmp)) {
      expect(attributes['deregistration_delay.timeout_seconds']).toBe('120');
    }
  });

  test('asks the health server whether a proxy takes publishers', () => {
    withRtmp.allResourcesProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      HealthCheckProtocol: 'HTTP',
      HealthCheckPort: '8080',
      HealthCheckPath: '/healthz',
      HealthCheckIntervalSeconds: 10,
    });
  });

  test('forgets a connection after twice the silence that a proxy bears', () => {
    const [rtmps, srt] = listenersOf(template);
    expect(rtmps?.attributes).toEqual({ 'tcp.idle_timeout.seconds': '60' });
    expect(srt?.attributes).toEqual({});
  });

  test('spreads publishers over all zones', () => {
    const [balancer] = Object.values(template.findResources('AWS::ElasticLoadBalancingV2::LoadBalancer'));
    expect(balancer?.Properties.LoadBalancerAttributes).toEqual([
      { Key: 'load_balancing.cross_zone.enabled', Value: 'true' },
    ]);
  });
});
