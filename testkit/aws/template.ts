import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type Deployment, readDeployment } from '../../lib/config/deployment.ts';
import { createApp } from '../../lib/infra/app.ts';

/**
 * Tests only read templates, so functions are not bundled. Templates of single constructs are not validated either, which would
 * take two seconds; those of the whole platform are (test/infra/).
 */
const forReading = { context: { 'aws:cdk:bundling-stacks': [] }, builtinCloudFormationValidation: false };

/** A deployment with all defaults, in one region, overridden by `fields`. */
export const testDeployment = (fields: object = {}): Deployment =>
  readDeployment(
    JSON.stringify({
      name: 'headwater',
      account: '111122223333',
      regions: [{ name: 'eu-central-1' }],
      budget: { monthlyUsd: 1000, emails: ['operators@example.com'] },
      ...fields,
    }),
    'deployment.json',
  );

/** Builds constructs in a stack of `region` and returns its template. */
export function templateOf(build: (stack: Stack) => void, region = 'eu-central-1'): Template {
  const app = createApp(forReading);
  const stack = new Stack(app, 'Test', { env: { account: '111122223333', region } });
  build(stack);
  return Template.fromStack(stack);
}
