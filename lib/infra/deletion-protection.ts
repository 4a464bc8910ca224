import {
  Aspects,
  CfnResource,
  CfnWaitConditionHandle,
  type IAspect,
  RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { INetworkLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct } from 'constructs';
import type { DeployCalls } from './deploy-calls.ts';

export interface DeletionProtectionProps {
  readonly calls: DeployCalls;
  /** Construct ID to balancer. */
  readonly balancers: Readonly<Record<string, INetworkLoadBalancer>>;
  /** Construct ID to table. Kept when the stack is deleted. */
  readonly tables: Readonly<Record<string, ITable>>;
}

/**
 * Protects the balancers and the tables from deletion, as the last step of a deploy. As properties of theirs, protection would also
 * block the rollback of a failed first deploy (docs/decisions/0028).
 *
 * Deleting the stack first turns off the balancers' protection. The tables stay, and stay protected.
 */
export class DeletionProtection extends Construct implements IAspect {
  readonly #allElse: CfnWaitConditionHandle;

  constructor(scope: Construct, id: string, { calls, balancers, tables }: DeletionProtectionProps) {
    super(scope, id);
    this.#allElse = new CfnWaitConditionHandle(this, 'AllElse');
    for (const [balancerId, balancer] of Object.entries(balancers))
      this.#protectBalancer(calls, balancerId, balancer);
    for (const [tableId, table] of Object.entries(tables)) this.#protectTable(calls, tableId, table);
    Aspects.of(Stack.of(this)).add(this);
  }

  visit(node: IConstruct): void {
    if (node instanceof CfnResource && !node.node.scopes.includes(this))
      this.#allElse.addResourceDependency(node);
  }

  #protectBalancer(calls: DeployCalls, id: string, { loadBalancerArn }: INetworkLoadBalancer): void {
    const set = (Value: 'true' | 'false') => ({
      service: 'elastic-load-balancing-v2',
      action: 'modifyLoadBalancerAttributes',
      parameters: {
        LoadBalancerArn: loadBalancerArn,
        Attributes: [{ Key: 'deletion_protection.enabled', Value }],
      },
      // CloudFormation accepts responses up to 4 KB.
      outputPaths: ['Attributes.0.Key'],
      physicalResourceId: PhysicalResourceId.of(loadBalancerArn),
    });
    const call = calls.make(this, id, {
      resourceType: 'Custom::DeletionProtection',
      onUpdate: set('true'),
      onDelete: set('false'),
      permission: new PolicyStatement({
        actions: ['elasticloadbalancing:ModifyLoadBalancerAttributes'],
        resources: [loadBalancerArn],
      }),
    });
    call.node.addDependency(this.#allElse);
  }

  #protectTable(calls: DeployCalls, id: string, { tableName, tableArn }: ITable): void {
    const set = (DeletionProtectionEnabled: boolean) => ({
      service: 'dynamodb',
      action: 'updateTable',
      parameters: { TableName: tableName, DeletionProtectionEnabled },
      outputPaths: ['TableDescription.TableName'],
      physicalResourceId: PhysicalResourceId.of(tableArn),
    });
    const call = calls.make(this, id, {
      resourceType: 'Custom::DeletionProtection',
      onUpdate: set(true),
      onDelete: set(false),
      // Turned off only when the deploy that created the table is rolled back, which deletes the table too.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      permission: new PolicyStatement({ actions: ['dynamodb:UpdateTable'], resources: [tableArn] }),
    });
    call.node.addDependency(this.#allElse);
  }
}
