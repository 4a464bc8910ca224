import { describe, expect, test } from '@jest/globals';
import { metrics, metricsNamespace } from '../../lib/telemetry/metrics.ts';
import { fullDeployment, synthesize } from '../../testkit/aws/platform-templates.ts';
import { testDeployment } from '../../testkit/aws/template.ts';

const fiveRegions = ['eu-central-1', 'us-east-1', 'us-west-2', 'ap-southeast-2', 'sa-east-1'];
const inRegions = (...names: string[]) => ({ regions: names.map((name) => ({ name })) });

/** Asset names are hashes of files: they change with every line of code, and say nothing to a reader. */
const masked = (template: object): object =>
  JSON.parse(JSON.stringify(template).replace(/[0-9a-f]{64}/g, '<asset hash>'));

const full = synthesize(fullDeployment());

describe('the platform', () => {
  test.each([...full.templates.keys()])('deploys in %s just what a reviewer has seen', (name) => {
    expect(masked(full.templates.get(name)?.toJSON() ?? {})).toMatchSnapshot();
  });

  test.each([
    ['one region', inRegions('eu-central-1')],
    ['two regions, with simulcast', { ...inRegions('eu-central-1', 'us-east-1'), simulcast: true }],
    ['five regions', inRegions(...fiveRegions)],
  ])('is synthesized for %s, each with a stack of its own', (_words, fields) => {
    const { templates } = synthesize(testDeployment(fields));
    expect([...templates.keys()]).toEqual([
      'headwater-pop',
      'headwater-edge',
      ...fields.regions.map(({ name }) => `headwater-${name}`),
    ]);
  });

  test('is synthesized without an account, for whoever deploys it', () => {
    expect(synthesize(testDeployment({ account: undefined })).templates.size).toBe(3);
  });

  test('asks AWS nothing while it is synthesized', () => {
    expect(full.assembly.manifest.missing ?? []).toEqual([]);
  });
});

describe('regions', () => {
  const { templates, assembly } = synthesize(fullDeployment(inRegions(...fiveRegions)));
  const cells = fiveRegions.map((region) => ({ region, template: templates.get(`headwater-${region}`) }));

  test('are the same but for their names', () => {
    const [first, ...others] = cells.map(({ region, template }) =>
      masked(JSON.parse(JSON.stringify(template?.toJSON()).replaceAll(region, '<region>'))),
    );
    // Ids that the CDK makes from names differ; what is declared does not.
    const kinds = (cell: object | undefined) =>
      Object.values((cell as { Resources: Record<string, { Type: string }> }).Resources)
        .map(({ Type }) => Type)
        .sort();
    for (const other of others) expect(kinds(other)).toEqual(kinds(first));
  });

  test('depend on the global stacks and on no other region', () => {
    for (const { region } of cells) {
      const stack = assembly.getStackByName(`headwater-${region}`);
      const needs = stack.dependencies.map(({ id }) => id).filter((id) => !id.endsWith('.assets'));
      expect(needs.sort()).toEqual(['headwater-edge', 'headwater-pop']);
    }
  });

  test('name no other region, but where the global stacks are', () => {
    const global = ['us-east-1', 'us-west-2'];
    for (const { region, template } of cells) {
      const text = JSON.stringify(template?.toJSON());
      for (const other of fiveRegions) {
        if (other !== region && !global.includes(other)) expect(text).not.toContain(other);
      }
    }
  });

  test('and global stacks share nothing by exports, so each is deployed and deleted by itself', () => {
    for (const template of templates.values()) {
      expect(JSON.stringify(template.toJSON())).not.toContain('Fn::ImportValue');
      for (const output of Object.values(template.findOutputs('*')))
        expect(output).not.toHaveProperty('Export');
    }
  });

  test('tell people where to publish, to call, to watch and to look', () => {
    for (const { template } of cells) {
      for (const name of ['IngestUrl', 'ApiUrl', 'PlaybackBaseUrl', 'DashboardUrl']) {
        expect(Object.keys(template?.findOutputs(name) ?? {})).toEqual([name]);
      }
    }
    const [berlin] = cells;
    expect(berlin?.template?.findOutputs('IngestUrl').IngestUrl?.Value).toBe(
      'rtmps://eu-central-1.ingest.live.example.com:443/live',
    );
  });
});

describe('in every template', () => {
  const all = [...full.templates.values()];
  const resourcesOf = (type: string) =>
    all.flatMap((template) => Object.values(template.findResources(type)));

  test('no alarm reads a metric that no program emits', () => {
    const emitted = new Set<string>(Object.keys(metrics));
    const read = resourcesOf('AWS::CloudWatch::Alarm').flatMap(({ Properties }) => [
      Properties,
      ...(Properties.Metrics ?? []).map(
        (entry: { MetricStat?: { Metric: object } }) => entry.MetricStat?.Metric,
      ),
    ]);
    const ours = read.filter((metric) => metric?.Namespace === metricsNamespace('headwater'));
    expect(ours.length).toBeGreaterThan(10);
    for (const { MetricName } of ours) expect(emitted).toContain(MetricName);
  });

  test('a variable of a program names a secret at most by its ARN', () => {
    const containers = resourcesOf('AWS::ECS::TaskDefinition').flatMap(
      ({ Properties }) => Properties.ContainerDefinitions,
    );
    expect(containers.length).toBeGreaterThan(2);
    for (const container of containers) expect(container).not.toHaveProperty('Secrets');
    const functions = resourcesOf('AWS::Lambda::Function').map(({ Properties }) => Properties.Environment);
    const variables = JSON.stringify([containers.map(({ Environment }) => Environment), functions]);
    expect(variables).not.toContain('{{resolve:');
    expect(variables).toContain('secretsmanager:');
  });

  test('every resource that can be tagged carries the deployment’s name, by which it is billed', () => {
    const tables = resourcesOf('AWS::DynamoDB::Table');
    expect(tables).toHaveLength(4);
    for (const { Properties } of tables) {
      expect(Properties.Tags).toContainEqual({ Key: 'headwater:deployment', Value: 'headwater' });
    }
  });
});
