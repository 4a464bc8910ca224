import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';

export interface DeploymentBudgetProps {
  /** The deployment's name: what it costs is found by the tag `headwater:deployment`. */
  readonly deployment: string;
  readonly budget: Deployment['budget'];
}

/**
 * A month's budget of everything that carries the deployment's tag. Mail goes out when 80 % are spent, and when the month is
 * forecast to go over. Budgets are global: one for a deployment, in the edge stack.
 *
 * It sees nothing until `headwater:deployment` is activated as a cost allocation tag, once, in the account that pays
 * (Billing → Cost allocation tags), which is possible a day after the first deploy. CloudFormation cannot do that.
 */
export class DeploymentBudget extends Construct {
  constructor(scope: Construct, id: string, { deployment, budget }: DeploymentBudgetProps) {
    super(scope, id);
    const subscribers = budget.emails.map((address) => ({ subscriptionType: 'EMAIL', address }));
    const over = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: {
        notificationType,
        comparisonOperator: 'GREATER_THAN',
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers,
    });
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `${deployment}-headwater`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budget.monthlyUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:headwater:deployment$${deployment}`] },
      },
      notificationsWithSubscribers: [over('ACTUAL', 80), over('FORECASTED', 100)],
    });
  }
}
