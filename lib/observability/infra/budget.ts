import { createHash } from 'node:crypto';
import { Annotations, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Deployment } from '../../config/deployment.ts';
import { budgetName, deploymentTag } from '../../config/names.ts';

export interface DeploymentBudgetProps {
  /** The deployment's name; its costs are found by the tag `headwater:deployment`. */
  readonly deployment: string;
  readonly budget: Deployment['budget'];
  /** What the deployment costs in a month without a broadcast, in US dollars. */
  readonly idleMonthUsd: number;
}

/**
 * A monthly budget for everything with the deployment's tag. Sends email when 80% is spent, and when the month is forecast
 * to exceed the budget. With `stop`, also tells the regions when it is spent. Synthesis warns of a budget that the idle platform
 * exceeds. Budgets are global: one per deployment, in the edge stack.
 *
 * It sees nothing until `headwater:deployment` is activated, once, as a cost allocation tag in the paying account
 * (Billing → Cost allocation tags). That is possible a day after the first deploy, and CloudFormation cannot do it.
 */
export class DeploymentBudget extends Construct {
  /** Told when the budget is spent; only with `stop`. */
  readonly stopTopicArn: string | undefined;

  constructor(scope: Construct, id: string, { deployment, budget, idleMonthUsd }: DeploymentBudgetProps) {
    super(scope, id);
    if (budget.monthlyUsd < idleMonthUsd) {
      Annotations.of(this).addWarningV2(
        'headwater:budget-below-idle',
        `budget.monthlyUsd is ${budget.monthlyUsd}, but the platform costs about ${Math.round(idleMonthUsd)} a month without a broadcast (docs/deploy.md, "What it costs").`,
      );
    }
    const subscribers = budget.emails.map((address) => ({ subscriptionType: 'EMAIL', address }));
    const over = (
      notificationType: 'ACTUAL' | 'FORECASTED',
      threshold: number,
      ...more: readonly CfnBudget.SubscriberProperty[]
    ) => ({
      notification: {
        notificationType,
        comparisonOperator: 'GREATER_THAN',
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers: [...subscribers, ...more],
    });
    const topic = budget.stop ? this.#stopTopic(deployment) : undefined;
    this.stopTopicArn = topic?.topicArn;
    const made = new CfnBudget(this, 'Budget', {
      budget: {
        // CloudFormation makes a new budget if a subscriber changes, before it deletes the old one.
        budgetName: `${budgetName(deployment)}-${wordFor(budget)}`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budget.monthlyUsd, unit: 'USD' },
        costFilters: { TagKeyValue: [`user:${deploymentTag}$${deployment}`] },
      },
      notificationsWithSubscribers: [
        over('ACTUAL', 80),
        over('FORECASTED', 100),
        ...(topic ? [over('ACTUAL', 100, { subscriptionType: 'SNS', address: topic.topicArn })] : []),
      ],
    });
    // With its policy, without which Budgets may not publish.
    if (topic) made.node.addDependency(topic);
  }

  /** Tells each region's function that the budget is spent. */
  #stopTopic(deployment: string): Topic {
    const { account } = Stack.of(this);
    const budgets = new ServicePrincipal('budgets.amazonaws.com');
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': account } };
    const masterKey = new Key(this, 'TopicKey', {
      description: `Budget of ${deployment}`,
      enableKeyRotation: true,
      // Nothing is stored with it.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    // Without a name: a new topic has another ARN then, which the regions' subscriptions follow.
    const topic = new Topic(this, 'Topic', { masterKey, enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'BudgetsOfThisAccount',
        principals: [budgets],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: ofThisAccount,
      }),
    );
    masterKey.addToResourcePolicy(
      new PolicyStatement({
        sid: 'BudgetsMayPublish',
        principals: [budgets],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: ofThisAccount,
      }),
    );
    return topic;
  }
}

/** Another for other subscribers. */
function wordFor({ emails, stop }: Deployment['budget']): string {
  return createHash('sha256')
    .update(JSON.stringify([emails, stop]))
    .digest('hex')
    .slice(0, 8);
}
