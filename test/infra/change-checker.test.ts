import { describe, expect, test } from '@jest/globals';
import { type Action, changeFaults } from '../../testkit/template-graph/change.ts';
import type { ResourceDefinition, StackTemplate } from '../../testkit/template-graph/graph.ts';

type Resources = Record<string, ResourceDefinition>;

const stack = (name: string, Resources: Resources, Parameters = {}): StackTemplate => ({
  name,
  template: { Resources, Parameters },
});
const deploy = (...names: string[]): Action[] => names.map((name) => ({ deploy: name }));
const faults = (before: StackTemplate[], after: StackTemplate[], actions: Action[]) =>
  changeFaults({ before, after, actions }).map(({ kind, words }) => `${kind}: ${words}`);

const topic = (properties = {}): ResourceDefinition => ({ Type: 'AWS::SNS::Topic', Properties: properties });
const parameter = (Value: unknown): ResourceDefinition => ({
  Type: 'AWS::SSM::Parameter',
  Properties: { Name: '/a/topic', Type: 'String', Value },
});
const reader = (properties = {}): ResourceDefinition => ({
  Type: 'Custom::Read',
  Properties: {
    Create: '{"service":"SSM","action":"getParameter","parameters":{"Name":"/a/topic"}}',
    ...properties,
  },
});
const typed = { Topic: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/a/topic' } };
const user: ResourceDefinition = {
  Type: 'AWS::SNS::Subscription',
  Properties: { TopicArn: { 'Fn::GetAtt': ['Reader', 'Parameter.Value'] } },
};
const writer = (properties = {}) =>
  stack('writer', { Topic: topic(properties), Written: parameter({ Ref: 'Topic' }) });

describe('a value that another stack reads', () => {
  const before = [writer({ TopicName: 'one' }), stack('reader', { Reader: reader(), User: user })];
  const renamed = writer({ TopicName: 'two' });

  test('must not lose what it names while it is in use, and must be read again', () => {
    expect(faults(before, [renamed], deploy('writer'))).toEqual([
      'gone: writer deletes Topic (AWS::SNS::Topic), which reader uses in AWS::SNS::Subscription',
      'stale: reader still has an old value of /a/topic (Reader)',
    ]);
  });

  test('arrives if the call changes, and not by a deploy alone', () => {
    const again = (Reader: ResourceDefinition) => [renamed, stack('reader', { Reader, User: user })];
    const kinds = (Reader: ResourceDefinition) =>
      faults(before, again(Reader), deploy('writer', 'reader')).map((fault) => fault.split(':')[0]);
    expect(kinds(reader())).toEqual(['gone', 'stale']);
    expect(kinds(reader({ At: 'today' }))).toEqual(['gone']);
  });

  test('always arrives by a parameter of the template', () => {
    const typedReader = stack('reader', {}, typed);
    expect(
      faults(
        [writer({ TopicName: 'one' }), typedReader],
        [renamed, typedReader],
        deploy('writer', 'reader'),
      ).filter((fault) => fault.startsWith('stale')),
    ).toEqual([]);
  });

  test('may change in place', () => {
    expect(faults(before, [writer({ TopicName: 'one', DisplayName: 'One' })], deploy('writer'))).toEqual([]);
  });

  test('must be written before it is read', () => {
    const after = [writer(), stack('reader', { Reader: reader() })];
    expect(faults([], after, deploy('reader', 'writer'))).toContain(
      'missing: reader reads /a/topic, which no stack has written',
    );
    expect(faults([], after, deploy('writer', 'reader'))).toEqual([]);
  });
});

describe('a resource that is bound to another', () => {
  const accelerator = (Name: string, type: string) =>
    stack('writer', {
      Accelerator: { Type: `AWS::GlobalAccelerator::${type}`, Properties: { Name } },
      Listener: {
        Type: 'AWS::GlobalAccelerator::Listener',
        Properties: { AcceleratorArn: { Ref: 'Accelerator' }, Protocol: 'TCP', PortRanges: [] },
      },
      Written: parameter({ Ref: 'Listener' }),
    });

  test('is replaced with it', () => {
    const before = [accelerator('a', 'Accelerator'), stack('reader', { Reader: reader() })];
    const after = [accelerator('a', 'CustomRoutingAccelerator')];
    expect(faults(before, after, deploy('writer'))).toContainEqual(
      expect.stringMatching(/gone: writer deletes Listener/),
    );
    expect(faults(before, [accelerator('b', 'Accelerator')], deploy('writer'))).toEqual([]);
  });
});

describe('data', () => {
  const table = (TableName: string, policies = {}): ResourceDefinition => ({
    Type: 'AWS::DynamoDB::Table',
    Properties: { TableName },
    ...policies,
  });
  const change = (before: Resources, after: Resources) =>
    faults([stack('cell', before)], [stack('cell', after)], deploy('cell'));
  const lost = ['lost: cell deletes Table (AWS::DynamoDB::Table) with its contents'];

  test('is not deleted by an update', () => {
    expect(change({ Table: table('a') }, {})).toEqual(lost);
    expect(change({ Table: table('a') }, { Table: table('b') })).toEqual(lost);
    expect(change({ Table: table('a', { DeletionPolicy: 'RetainExceptOnCreate' }) }, {})).toEqual([]);
    const kept = table('a', { UpdateReplacePolicy: 'Retain' });
    expect(change({ Table: kept }, { Table: table('b') })).toEqual([]);
  });

  test('of a bucket is not deleted by the function that was to do it with the stack', () => {
    const bucket = (Tags: object[]): ResourceDefinition => ({
      Type: 'AWS::S3::Bucket',
      Properties: { Tags },
    });
    const tagged = bucket([{ Key: 'aws-cdk:auto-delete-objects', Value: 'true' }]);
    const Emptier = { Type: 'Custom::S3AutoDeleteObjects', Properties: { BucketName: { Ref: 'Bucket' } } };
    expect(change({ Bucket: tagged, Emptier }, { Bucket: tagged })).toEqual([
      'lost: cell empties Bucket, which stays',
    ]);
    expect(change({ Bucket: tagged, Emptier }, { Bucket: bucket([]) })).toEqual([]);
  });
});

describe('a name', () => {
  test('is free before another resource gets it', () => {
    const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: 'channels' } };
    const cell = (Resources: Resources) => [stack('cell', Resources)];
    expect(faults(cell({ Old: role }), cell({ New: role }), deploy('cell'))).toEqual([
      'taken: cell creates New (AWS::IAM::Role) with a name that is still in use',
    ]);
    const moved = { ...role, Properties: { ...role.Properties, Path: '/live/' } };
    expect(faults(cell({ Old: role }), cell({ Old: moved }), deploy('cell'))).toHaveLength(1);
    expect(faults(cell({ Old: role }), cell({ Old: role }), deploy('cell'))).toEqual([]);
  });

  test('of a host exists for as long as another stack gives it out', () => {
    const record = (Name: string): Resources => ({
      Record: { Type: 'AWS::Route53::RecordSet', Properties: { Name: `${Name}.`, Type: 'A' } },
    });
    const outsider = (host: string) =>
      stack('cell', { Topic: topic({ DisplayName: `https://${host}/live` }) });
    const dns = (host: string) => stack('dns', record(host));
    const none = stack('dns', {});
    expect(faults([dns('a.example.com'), outsider('a.example.com')], [none], deploy('dns'))).toEqual([
      'gone: dns deletes the name a.example.com, which cell gives out',
    ]);
    expect(faults([none], [dns('a.example.com'), outsider('a.example.com')], deploy('cell', 'dns'))).toEqual([
      'missing: cell gives out the name a.example.com, which does not exist yet',
    ]);
    // Only whole names.
    expect(faults([dns('a.example.com'), outsider('eu.a.example.com')], [none], deploy('dns'))).toEqual([]);
    expect(faults([dns('a.example.com'), outsider('a.example.com.br')], [none], deploy('dns'))).toEqual([]);
  });
});
