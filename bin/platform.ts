// The CDK app: the deployment file in, a stack for the pop, one for each region and one for the edge out.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readDeployment } from '../lib/config/deployment.ts';
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

const app = createApp();
const file: string = app.node.getContext('deployment');
const deployment = readDeployment(await readFile(file, 'utf8'), file);
const pageDir = await mkdtemp(join(tmpdir(), 'headwater-page-'));
try {
  await writePage(pageDir);
  declarePlatform(app, { deployment, pageDir });
  app.synth();
} finally {
  await rm(pageDir, { recursive: true });
}
