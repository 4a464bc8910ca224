import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Deployment } from './config/deployment.ts';
import { idleHourUsd } from './cost/idle-cost.ts';
import { monthHours } from './cost/prices.ts';
import { stackProps, tagStack } from './infra/stack-props.ts';
import { DeploymentBudget } from './observability/infra/budget.ts';
import { PopAccelerator } from './pop/infra/accelerator.ts';

export interface PopStackProps extends StackProps {
  readonly deployment: Deployment;
  /**
   * Names of the regions in this stack's account: an accelerator attaches only to what is in its own account.
   * @default all regions
   */
  readonly regions?: readonly string[];
  /** Whether to create the budget, in accounts without an edge stack. @default false */
  readonly withBudget?: boolean;
}

/** The entry point for broadcasters, for every region of one account. */
export class PopStack extends Stack {
  constructor(scope: Construct, id: string, { deployment, regions, withBudget, ...props }: PopStackProps) {
    super(scope, id, {
      ...stackProps(deployment),
      ...props,
      description: 'Headwater: entry point for broadcasters (Global Accelerator).',
    });
    const { name, domain, budget } = deployment;
    const own = deployment.regions.filter((region) => regions?.includes(region.name) ?? true);
    for (const { name: region } of own) {
      new PopAccelerator(this, `Pop-${region}`, { name, region, ...(domain && { domain }) });
    }
    if (withBudget) {
      const idleMonthUsd = idleHourUsd({ ...deployment, regions: own }) * monthHours;
      new DeploymentBudget(this, 'Budget', { deployment: name, budget, idleMonthUsd });
    }
    tagStack(this, deployment);
  }
}
