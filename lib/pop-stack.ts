import { type App, Stack, type StackProps } from 'aws-cdk-lib';
import type { Deployment } from './config/deployment.ts';
import { PopAccelerator } from './pop/infra/accelerator.ts';

export interface PopStackProps extends StackProps {
  readonly deployment: Deployment;
}

/** The entry point for broadcasters, for every region. */
export class PopStack extends Stack {
  constructor(app: App, id: string, { deployment, ...props }: PopStackProps) {
    super(app, id, {
      ...props,
      description: 'Headwater: entry point for broadcasters (Global Accelerator).',
    });
    const { name, domain } = deployment;
    for (const { name: region } of deployment.regions) {
      new PopAccelerator(this, `Pop-${region}`, { name, region, ...(domain && { domain }) });
    }
  }
}
