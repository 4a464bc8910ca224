import { expect, test } from '@jest/globals';
import { type ResourceDefinition, TemplateGraph } from '../../../testkit/template-graph/graph.ts';

const stack = (name: string, Resources: Record<string, ResourceDefinition>, more: object = {}) => ({
  name,
  template: { Resources, ...more },
});
const idsOf = (resources: Iterable<{ id: string }>) => [...resources].map(({ id }) => id).sort();

test('Ref, Fn::GetAtt, Fn::Sub and DependsOn are followed, through others', () => {
  const graph = new TemplateGraph([
    stack('a', {
      Ref: {
        Type: 'T',
        Properties: { In: [{ 'Fn::Join': ['', ['x', { Ref: 'Att' }, { Ref: 'AWS::Region' }]] }] },
      },
      Att: { Type: 'T', Properties: { Of: { 'Fn::GetAtt': ['Sub', 'Arn'] } } },
      Sub: {
        Type: 'T',
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
        Properties: { Text: { 'Fn::Sub': ['${Late.Arn} ${!No} ${Mine}', { Mine: { Ref: 'Mapped' } }] } },
      },
      Late: { Type: 'T', DependsOn: 'One' },
      Mapped: { Type: 'T', DependsOn: ['One'] },
      One: { Type: 'T' },
      Alone: { Type: 'T' },
    }),
  ]);
  expect(idsOf(graph.closure(graph.get('a', 'Ref')))).toEqual([
    'a/Att',
    'a/Late',
    'a/Mapped',
    'a/One',
    'a/Sub',
  ]);
  expect(idsOf(graph.reverseClosure(graph.get('a', 'One')))).toEqual([
    ...['a/Att', 'a/Late', 'a/Mapped', 'a/Ref', 'a/Sub'],
  ]);
  expect(graph.outlives(graph.get('a', 'One'), graph.get('a', 'Ref'))).toBe(true);
  expect(graph.outlives(graph.get('a', 'Ref'), graph.get('a', 'One'))).toBe(false);
  expect(idsOf(graph.closure(graph.get('a', 'Alone')))).toEqual([]);
});

test('exports, parameters by their whole name, and the order of stacks lead across stacks', () => {
  const graph = new TemplateGraph([
    stack(
      'first',
      {
        Listener: { Type: 'T' },
        Arn: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/x/arn', Value: { Ref: 'Listener' } } },
        Longer: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/x/arn-2', Value: 'y' } },
        Exported: { Type: 'T' },
      },
      { Outputs: { Out: { Value: { Ref: 'Exported' }, Export: { Name: 'out' } } } },
    ),
    {
      dependsOn: ['first'],
      ...stack('second', {
        Read: { Type: 'Custom::Read', Properties: { Create: '{"Name":"/x/arn"}' } },
        Import: { Type: 'T', Properties: { Of: { 'Fn::ImportValue': 'out' } } },
        Other: { Type: 'T' },
      }),
    },
  ]);
  const read = graph.get('second', 'Read');
  expect(idsOf(graph.closure(read))).toEqual(['first/Arn', 'first/Listener']);
  expect(idsOf(graph.closure(read, { withinStack: true }))).toEqual([]);
  expect(graph.needs(graph.get('second', 'Import')).map(({ on, why }) => [on.id, why])).toEqual([
    ['first/Exported', 'import'],
  ]);
  expect(graph.outlives(graph.get('first', 'Longer'), graph.get('second', 'Other'))).toBe(true);
});

test('a circle and a name of nothing are faults', () => {
  expect(
    () =>
      new TemplateGraph([
        stack('a', {
          One: { Type: 'T', DependsOn: 'Two' },
          Two: { Type: 'T', Properties: { Of: { Ref: 'One' } } },
        }),
      ]),
  ).toThrow('a/One depends on itself.');
  expect(() => new TemplateGraph([stack('a', { One: { Type: 'T', DependsOn: 'Gone' } })])).toThrow(
    'Stack a has no resource Gone.',
  );
});
