import { describe, expect, test } from '@jest/globals';
import { Match } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { ControlTables } from '../../../lib/control-store/infra/tables.ts';
import { type ControlRole, tableAccess } from '../../../lib/control-store/table-access.ts';
import { controlTables } from '../../../lib/control-store/tables.ts';
import { actionsOf, statementsOf } from '../../../testkit/aws/permissions.ts';
import { templateOf } from '../../../testkit/aws/template.ts';

const roles = Object.keys(tableAccess) as ControlRole[];

/** A construct's id ends up in its resources' ids without hyphens. */
const idOf = (role: ControlRole): string => role.replaceAll('-', '');

const build = (keepOnDelete: boolean, warm = {}) =>
  templateOf((stack) => {
    const tables = new ControlTables(stack, 'Tables', { name: 'live', keepOnDelete, warm });
    for (const role of roles) {
      const assumedBy = new ServicePrincipal('ecs-tasks.amazonaws.com');
      tables.grantAccess(role, new Role(stack, idOf(role), { assumedBy }));
    }
  });
const template = build(true);
const tables = Object.values(template.findResources('AWS::DynamoDB::Table'));

describe('the tables', () => {
  test('are all there by the names that programs use, with their keys', () => {
    const described = tables.map(({ Properties }) => [
      Properties.TableName,
      Properties.KeySchema.map(({ AttributeName }: { AttributeName: string }) => AttributeName),
    ]);
    expect(described).toEqual(
      Object.entries(controlTables).map(([end, { partitionKey, ...rest }]) => [
        `live-${end}`,
        [partitionKey.name, ...('sortKey' in rest ? [rest.sortKey.name] : [])],
      ]),
    );
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'live-events',
      AttributeDefinitions: [
        { AttributeName: 'streamId', AttributeType: 'S' },
        { AttributeName: 'sequence', AttributeType: 'N' },
      ],
    });
  });

  test('grow on demand, can be had back, and are under the one key', () => {
    const [key] = Object.keys(template.findResources('AWS::KMS::Key'));
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    for (const { Properties } of tables) {
      expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
      expect(Properties.PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: true });
      expect(Properties.SSESpecification.KMSMasterKeyId).toEqual({ 'Fn::GetAtt': [key, 'Arn'] });
    }
  });

  test('list streams by indexes with everything in them, and open broadcasts, and an owner’s streams, by one with keys alone', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'live-streams',
      GlobalSecondaryIndexes: [
        Match.objectLike({ IndexName: 'streams-by-id', Projection: { ProjectionType: 'ALL' } }),
        {
          IndexName: 'open-items',
          KeySchema: [
            { AttributeName: 'open', KeyType: 'HASH' },
            { AttributeName: 'streamId', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'streams-by-owner',
          KeySchema: [
            { AttributeName: 'owner', KeyType: 'HASH' },
            { AttributeName: 'streamId', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'newest-streams',
          KeySchema: [
            { AttributeName: 'listing', KeyType: 'HASH' },
            { AttributeName: 'createdAtMs', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
  });

  test('let members, events and answers to requests go by themselves, and only events leave by a stream', () => {
    const by = (end: string) =>
      tables.find(({ Properties }) => Properties.TableName === `live-${end}`)?.Properties;
    for (const end of ['streams', 'fleet', 'events']) {
      expect(by(end)?.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    }
    expect(by('leases')?.TimeToLiveSpecification).toBeUndefined();
    const streams = tables.filter(({ Properties }) => Properties.StreamSpecification);
    expect(streams.map(({ Properties }) => [Properties.TableName, Properties.StreamSpecification])).toEqual([
      ['live-events', { StreamViewType: 'NEW_IMAGE' }],
    ]);
  });

  test('stay when the stack goes, unless the deployment says otherwise', () => {
    for (const table of tables) {
      // Protection comes once the deploy has succeeded: before, its rollback deletes them.
      expect(table.DeletionPolicy).toBe('RetainExceptOnCreate');
      expect(table.UpdateReplacePolicy).toBe('Retain');
      expect(table.Properties).not.toHaveProperty('DeletionProtectionEnabled');
    }
    const passing = build(false);
    for (const table of Object.values(passing.findResources('AWS::DynamoDB::Table'))) {
      expect(table.DeletionPolicy).toBe('Delete');
      expect(table.Properties.DeletionProtectionEnabled).toBe(false);
    }
  });

  test('are warm where more is asked of them than a new one takes, and only there', () => {
    const warm = build(true, { leases: { writesPerSecond: 20_800, readsPerSecond: 12_000 } });
    const warmed = Object.values(warm.findResources('AWS::DynamoDB::Table')).map(({ Properties }) => [
      Properties.TableName,
      Properties.WarmThroughput,
    ]);
    expect(warmed.filter(([, throughput]) => throughput !== undefined)).toEqual([
      ['live-leases', { WriteUnitsPerSecond: 20_800, ReadUnitsPerSecond: 12_000 }],
    ]);
  });
});

describe('access to the tables', () => {
  const allowed = (role: ControlRole, service: 'dynamodb' | 'kms') =>
    statementsOf(template, idOf(role)).filter(({ Action }) => String(Action).startsWith(`${service}:`));

  test.each(roles)('%s may do what its calls need, on the tables that it needs', (role) => {
    const granted = allowed(role, 'dynamodb');
    const wanted = Object.values(tableAccess[role]).flatMap(({ table, queries }) => [
      ...table,
      ...(queries ? ['dynamodb:Query'] : []),
    ]);
    expect(actionsOf(granted)).toEqual([...new Set(wanted)].sort());
    expect(JSON.stringify(granted)).not.toContain('*');
  });

  test('each role reads the indexes that it needs, by name', () => {
    const indexesOf = (role: ControlRole) =>
      [...JSON.stringify(allowed(role, 'dynamodb')).matchAll(/\/index\/([^"]*)/g)].map(([, name]) => name);
    const read = Object.fromEntries(roles.map((role) => [role, indexesOf(role)]));
    expect(read).toEqual({
      ingest: [],
      encoder: ['open-items'],
      api: ['newest-streams', 'open-items', 'streams-by-owner'],
      takedowns: ['open-items'],
      channels: ['open-items'],
      metrics: [],
      recordings: ['open-items'],
      'live-origin': [],
      budget: [],
      audience: [],
    });
  });

  test('a proxy takes no lease, and writes only how its pushes stand and the lines that tell of them', () => {
    const on = (end: string) =>
      allowed('ingest', 'dynamodb').filter(({ Resource }) =>
        JSON.stringify(Resource).includes(`Tables${end}`),
      );
    expect(actionsOf(on('leases'))).toEqual(['dynamodb:GetItem']);
    expect(actionsOf(on('streams'))).toEqual(
      ['GetItem', 'PutItem', 'UpdateItem'].map((call) => `dynamodb:${call}`),
    );
    expect(actionsOf(on('events'))).toEqual(['DeleteItem', 'PutItem'].map((call) => `dynamodb:${call}`));
  });

  test.each(roles)('%s uses the key through DynamoDB only', (role) => {
    const uses = allowed(role, 'kms');
    expect(uses).toHaveLength(1);
    expect(uses[0]!.Condition).toEqual({
      StringEquals: {
        'kms:ViaService': { 'Fn::Join': ['', ['dynamodb.eu-central-1.', { Ref: 'AWS::URLSuffix' }]] },
      },
    });
  });
});
