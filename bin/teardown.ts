// `npm run teardown`: deletes a region's stack, and first what would keep CloudFormation from deleting it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { openRegionAccount } from '../lib/adapters/aws/teardown/region-account.ts';
import { readDeploymentFile } from '../lib/adapters/node/deployment-file.ts';
import { accountOf, popStackNames } from '../lib/config/accounts.ts';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { type Deployment, DeploymentError, type DeploymentRegion } from '../lib/config/deployment.ts';
import { edgeStackName, regionStackName } from '../lib/config/names.ts';
import { helpText } from '../lib/teardown/help.ts';
import { chosenRegions, parseTeardownFlags, type TeardownFlags } from '../lib/teardown/options.ts';
import { nextWords } from '../lib/teardown/policy/words.ts';
import { AccountError } from '../lib/teardown/ports.ts';
import { TeardownError, tearDown } from '../lib/teardown/teardown.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<void> {
  const flags = parseTeardownFlags(args);
  if (flags.help) {
    process.stdout.write(helpText);
    return;
  }
  const deployment = await readDeploymentFile(flags.file, 'Name it with --deployment FILE.');
  const { region, file, all, act } = flags;
  let planned = all;
  for (const one of chosenRegions(flags, deployment))
    planned = (await tearRegionDown(one, deployment, flags)) || planned;
  if (region === undefined) await destroyGlobalStacks(deployment, flags);
  else if (act) say(nextWords({ region, deployment, file }));
  if (!act && planned) say('\nNothing was changed. To do all of this, add --yes.');
}

/** Returns whether there is something to do. */
async function tearRegionDown(
  region: DeploymentRegion,
  deployment: Deployment,
  flags: TeardownFlags,
): Promise<boolean> {
  const { name } = deployment;
  const account = accountOf(deployment, region);
  say(regionStackName(name, region.name));
  const opened = openRegionAccount({
    name,
    region: region.name,
    destroy: async (stack) => void (await cdkDestroy([stack], flags.file)),
  });
  try {
    return await tearDown(opened, { ...flags, ...(account !== undefined && { account }), say });
  } finally {
    opened.close();
  }
}

/** Last, because regions use both: an accelerator's listener can't be deleted while a region is attached to it. */
async function destroyGlobalStacks(deployment: Deployment, { act, file }: TeardownFlags): Promise<void> {
  const stacks = [edgeStackName(deployment.name), ...popStackNames(deployment)];
  say(`Then: npx cdk destroy -e ${stacks.join(' ')}`);
  if (act && (await cdkDestroy(stacks, file)) !== 0)
    throw new TeardownError('cdk destroy did not delete the global stacks; its output above says why.');
}

/** Returns the exit code. A region's failure shows in the state of its stack, too, which is read next. */
async function cdkDestroy(stacks: readonly string[], file: string): Promise<number> {
  const cdk = join(import.meta.dirname, '..', 'node_modules', '.bin', 'cdk');
  const args = ['destroy', '-e', ...stacks, '--force', '-c', `deployment=${file}`];
  const child = spawn(cdk, args, { stdio: 'inherit' });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

try {
  await main(process.argv.slice(2));
} catch (fault) {
  const usage = fault instanceof UsageError || fault instanceof DeploymentError;
  // For people, who can act on the message; a stack trace would only hide it.
  if (!usage && !(fault instanceof TeardownError) && !(fault instanceof AccountError)) throw fault;
  const lines = fault instanceof DeploymentError ? fault.lines : [fault.message];
  if (fault instanceof UsageError) process.stderr.write(usageText('teardown', fault));
  else for (const line of lines) process.stderr.write(`teardown: ${line}\n`);
  process.exitCode = usage ? 2 : 1;
}
