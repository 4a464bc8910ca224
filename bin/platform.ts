// The CDK app: reads the deployment file and declares a stack for the pop, one per region and one for the edge.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readDeploymentFile } from '../lib/adapters/node/deployment-file.ts';
import { DeploymentError } from '../lib/config/deployment.ts';
import { createApp } from '../lib/infra/app.ts';
import { declarePlatform } from '../lib/platform.ts';
import { writePage } from '../lib/player/write-page.ts';

const hint = 'Pass the deployment file: cdk -c deployment=FILE …';

async function main(): Promise<void> {
  const app = createApp();
  const deployment = await readDeploymentFile(app.node.getContext('deployment'), hint);
  const pageDir = await mkdtemp(join(tmpdir(), 'headwater-page-'));
  try {
    await writePage(pageDir);
    // `cdk diff` would always show it; a fixed one shows only what else changes.
    const deployedAt: string | undefined = app.node.tryGetContext('deployedAt');
    declarePlatform(app, { deployment, pageDir, deployedAt });
    // Synthesis fails if a cdk-nag rule is violated.
    Validations.of(app).addPlugins(new AwsSolutionsChecks());
    app.synth();
  } finally {
    await rm(pageDir, { recursive: true });
  }
}

try {
  await main();
} catch (fault) {
  if (!(fault instanceof DeploymentError)) throw fault;
  // The user must fix these errors; a stack trace would only hide them.
  process.stderr.write(`${fault.message}\nThe fields are described in docs/deployment.md.\n`);
  process.exitCode = 1;
}
