import { Validations } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnSubscription } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { budgetName, edgeRegion } from '../../../config/names.ts';
import type { ControlTables } from '../../../control-store/infra/tables.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { budgetStopFunctionCodec } from '../budget-stop-config.ts';

export interface BudgetStopFunctionProps {
  /** The deployment's name. */
  readonly name: string;
  readonly tables: ControlTables;
  /** The topic that the budget tells, in the edge's region. */
  readonly topicArn: string;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * Refuses new broadcasts in this region when the month's budget is spent. The budget and its topic are in the edge stack, once for all
 * regions; each region's function subscribes to the topic across regions, and no region depends on another's.
 */
export class BudgetStopFunction extends Construct {
  readonly function: PlatformFunction;

  constructor(
    scope: Construct,
    id: string,
    { name, tables, topicArn, ...measured }: BudgetStopFunctionProps,
  ) {
    super(scope, id);
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'budget-stop',
      description: 'Refuses new broadcasts when the month’s budget is spent.',
      environment: budgetStopFunctionCodec.encode({
        controlStore: `dynamodb:${name}`,
        budget: budgetName(name),
      }),
      ...measured,
    });
    tables.grantAccess('budget', this.function);
    const lambda = this.function.function;
    lambda.addPermission('Topic', {
      principal: new ServicePrincipal('sns.amazonaws.com'),
      sourceArn: topicArn,
    });
    Validations.of(lambda.node.findChild('Topic')).acknowledge({
      id: 'CloudFormation-Validate::W3664',
      reason: 'The value that the region reads is the ARN of a topic.',
    });
    new CfnSubscription(this, 'Subscription', {
      protocol: 'lambda',
      endpoint: lambda.functionArn,
      topicArn,
      region: edgeRegion,
    });
  }
}
