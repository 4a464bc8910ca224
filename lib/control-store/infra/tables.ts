import { Stack } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { controlKeyAlias } from '../../config/names.ts';
import { removal } from '../../infra/removal.ts';
import { type ControlRole, tableAccess } from '../table-access.ts';
import {
  type ControlTable,
  controlTableNames,
  controlTables,
  type KeyAttribute,
  physicalName,
  type TableDescription,
} from '../tables.ts';

export interface ControlTablesProps {
  /** The deployment's name, which prefixes the table names. */
  readonly name: string;
  /** Keep streams and their journals when the stack is deleted. */
  readonly keepOnDelete: boolean;
  /** Tables that must take more at once than a new one does, in units a second. @default none */
  readonly warm?: Partial<
    Record<ControlTable, { writesPerSecond: number; readsPerSecond: number } | undefined>
  >;
}

const typeOf = { string: AttributeType.STRING, number: AttributeType.NUMBER } as const;
const attribute = ({ name, type }: KeyAttribute) => ({ name, type: typeOf[type] });

/**
 * A region's control store: on-demand DynamoDB tables as described in lib/control-store/tables.ts, with point-in-time recovery
 * to any second of the last 35 days, encrypted under one customer-managed key.
 */
export class ControlTables extends Construct {
  /** Encrypts everything secret or personal in a region's control stage. */
  readonly encryptionKey: IKey;
  readonly #tables: ReadonlyMap<ControlTable, Table>;

  constructor(scope: Construct, id: string, { name, keepOnDelete, warm = {} }: ControlTablesProps) {
    super(scope, id);
    const removalPolicy = removal(keepOnDelete);
    this.encryptionKey = new Key(this, 'Key', {
      alias: controlKeyAlias(name),
      description: `Streams, keys and events of ${name}.`,
      enableKeyRotation: true,
      removalPolicy,
    });
    this.#tables = new Map(
      controlTableNames.map((end) => {
        const { partitionKey, sortKey, indexes, expiryAttribute, streamView }: TableDescription =
          controlTables[end];
        const warmed = warm[end];
        const table = new Table(this, end, {
          tableName: physicalName(name, end),
          partitionKey: attribute(partitionKey),
          ...(sortKey && { sortKey: attribute(sortKey) }),
          ...(expiryAttribute && { timeToLiveAttribute: expiryAttribute }),
          ...(streamView && { stream: StreamViewType[streamView] }),
          billingMode: BillingMode.PAY_PER_REQUEST,
          ...(warmed && {
            warmThroughput: {
              writeUnitsPerSecond: warmed.writesPerSecond,
              readUnitsPerSecond: warmed.readsPerSecond,
            },
          }),
          pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
          encryption: TableEncryption.CUSTOMER_MANAGED,
          encryptionKey: this.encryptionKey,
          // A successful deploy protects tables that are kept (DeletionProtection); the property would override that.
          ...(keepOnDelete ? {} : { deletionProtection: false }),
          removalPolicy,
        });
        for (const index of indexes) {
          table.addGlobalSecondaryIndex({
            indexName: index.name,
            partitionKey: attribute(index.partitionKey),
            sortKey: attribute(index.sortKey),
            projectionType: ProjectionType[index.projection],
          });
        }
        return [end, table];
      }),
    );
  }

  table(end: ControlTable): Table {
    const table = this.#tables.get(end);
    if (!table) throw new Error(`No such table: ${end}`);
    return table;
  }

  /** Allows the calls that `role` makes to the control store, and use of the key for those calls only. */
  grantAccess(role: ControlRole, grantee: IGrantable): void {
    const allow = (actions: readonly string[], resourceArns: string[]) =>
      Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns });
    for (const end of controlTableNames) {
      const { table, queries } = tableAccess[role][end] ?? {};
      const { tableArn } = this.table(end);
      if (table) allow(table, [tableArn]);
      if (queries) {
        const named = queries.map((index) => `${tableArn}/index/${index}`);
        allow(['dynamodb:Query'], named);
      }
    }
    const { region, urlSuffix } = Stack.of(this);
    grantee.grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
        resources: [this.encryptionKey.keyArn],
        conditions: {
          StringEquals: { 'kms:ViaService': `dynamodb.${region}.${urlSuffix}` },
        },
      }),
    );
  }
}
