// The CDK app: the deployment file in, a stack for the pop, one for each region and one for the edge out.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Deployment, DeploymentError, readDeployment } from '../lib/config/deployment.ts';
import { createApp } from '../lib/infra/app.ts';
import { declarePlatform } from '../lib/platform.ts';
import { bundlePage } from '../lib/player/bundle.ts';

/** The page as a folder, for the CDK to take in. */
async function writePage(folder: string): Promise<void> {
  for (const [path, { body }] of await bundlePage()) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, body);
  }
}

async function read(file: string): Promise<Deployment> {
  const json = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new DeploymentError(file, [
      `cannot be read (${cause.message}). Name the deployment file: cdk -c deployment=FILE …`,
    ]);
  });
  return readDeployment(json, file);
}

async function main(): Promise<void> {
  const app = createApp();
  const deployment = await read(app.node.getContext('deployment'));
  const pageDir = await mkdtemp(join(tmpdir(), 'headwater-page-'));
  try {
    await writePage(pageDir);
    declarePlatform(app, { deployment, pageDir });
    app.synth();
  } finally {
    await rm(pageDir, { recursive: true });
  }
}

try {
  await main();
} catch (fault) {
  if (!(fault instanceof DeploymentError)) throw fault;
  // The faults are the user's to mend: a stack trace would only hide them.
  process.stderr.write(`${fault.message}\nThe fields are described in docs/deployment.md.\n`);
  process.exitCode = 1;
}
