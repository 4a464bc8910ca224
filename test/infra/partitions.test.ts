import { describe, expect, test } from '@jest/globals';
import { Template } from 'aws-cdk-lib/assertions';
import type { Deployment } from '../../lib/config/deployment.ts';
import { EdgeStack } from '../../lib/edge-stack.ts';
import { createApp } from '../../lib/infra/app.ts';
import { PopStack } from '../../lib/pop-stack.ts';
import { RegionStack } from '../../lib/region-stack.ts';
import { fullDeployment } from '../../testkit/aws/platform-templates.ts';
import { makePageDir } from '../../testkit/platform/page-dir.ts';

/**
 * Deployment files name regions of the commercial partition only, but the constructs are for any: whatever they say about a
 * partition or a domain must come from the stack.
 */
function templatesIn(name: string): Template[] {
  const app = createApp({
    context: { 'aws:cdk:bundling-stacks': [] },
    builtinCloudFormationValidation: false,
  });
  const region = { name, zones: 3 };
  const deployment: Deployment = { ...fullDeployment(), regions: [region] };
  const env = { account: '111122223333', region: name };
  return [
    new PopStack(app, 'Pop', { deployment, env }),
    new EdgeStack(app, 'Edge', { deployment, pageDir: makePageDir(), env }),
    new RegionStack(app, 'Region', { deployment, region, env }),
  ].map((stack) => Template.fromStack(stack));
}

/** Names of services in trust policies are the same in every partition. */
const servicePrincipal = /^[a-z0-9-]+(\.(application-autoscaling|logs|s3))?\.amazonaws\.com$/;

describe.each([
  ['cn-north-1', 'arn:aws-cn:', 'console.amazonaws.cn'],
  ['us-gov-west-1', 'arn:aws-us-gov:', 'console.amazonaws-us-gov.com'],
])('the constructs in %s', (region, arn, consoleHost) => {
  const text = JSON.stringify(templatesIn(region).map((template) => template.toJSON()));

  test('have ARNs of its partition only', () => {
    expect(text).toContain(arn);
    expect(text.match(/arn:aws:[^"]*/g) ?? []).toEqual([]);
  });

  test('name no domain of another partition', () => {
    const hosts = (text.match(/[\w.:/-]*amazonaws\.com(?!\.cn)/g) ?? []).map((host) =>
      host.slice(host.lastIndexOf('/') + 1),
    );
    expect(hosts.length).toBeGreaterThan(20);
    // The CDK writes it into the policies of keys, where the roles' own policies are enough.
    const fromCdk = `secretsmanager.${region}.amazonaws.com`;
    expect([...new Set(hosts)].filter((host) => !servicePrincipal.test(host) && host !== fromCdk)).toEqual(
      [],
    );
  });

  test('link to its console', () => {
    expect(text).toContain(consoleHost);
    expect(text).not.toContain('console.aws.amazon.com');
  });
});
