// `npm run preflight`: checks what an AWS account lacks for a deployment, and prints what mends it. Changes nothing.

import { resolveNs } from 'node:dns/promises';
import { readDeploymentFile } from '../lib/adapters/node/deployment-file.ts';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { type Deployment, DeploymentError } from '../lib/config/deployment.ts';
import { AccountError, callerAccount, readRegions } from './aws/account.ts';
import type { Finding } from './finding.ts';
import { gather } from './gather.ts';
import { helpText } from './help.ts';
import { type PreflightOptions, parsePreflightOptions } from './options.ts';
import { unknownRegions, unknownZones } from './policy/input-faults.ts';
import { judge } from './policy/judge.ts';
import { strangeAccount } from './policy/judge-account.ts';
import { type Scope, scopeOf } from './policy/scope.ts';
import { exitCodeOf, reportText } from './report.ts';

async function preflight({ deploymentFile: file, region, json }: PreflightOptions): Promise<void> {
  const deployment = await readDeploymentFile(file, 'Name it with --deployment FILE.');
  const names = deployment.regions.map(({ name }) => name);
  if (region !== undefined && !names.includes(region))
    throw new UsageError(`--region: ${region} is not in ${file}, which has ${names.join(', ')}`);
  const account = await callerAccount();
  const scope = scopeOf(deployment, account, region);
  // What a strange account has or lacks would only mislead.
  const findings = scope ? await findingsIn(scope, deployment, file) : [strangeAccount(deployment, account)];
  process.stdout.write(json ? `${JSON.stringify({ account, findings }, null, 2)}\n` : reportText(findings));
  process.exitCode = exitCodeOf(findings);
}

async function findingsIn(scope: Scope, deployment: Deployment, file: string): Promise<Finding[]> {
  const refuse = (faults: readonly string[]) => {
    if (faults.length > 0) throw new DeploymentError(file, faults);
  };
  const access = await readRegions();
  if ('value' in access) refuse(unknownRegions(deployment, new Set(access.value.keys())));
  process.stderr.write(`preflight: reading account ${scope.account} …\n`);
  // As the CDK does.
  const builder = process.env.CDK_DOCKER ?? 'docker';
  const facts = await gather({ deployment, scope, access, builder, resolveNs });
  refuse(unknownZones(deployment, facts));
  return judge(deployment, scope, facts);
}

/** Faults that the user must mend: a line for each, without a stack trace. */
function linesOf(fault: unknown): readonly string[] {
  if (fault instanceof DeploymentError) return fault.lines;
  if (fault instanceof AccountError) return [fault.message];
  throw fault;
}

async function main(args: readonly string[]): Promise<void> {
  const options = parsePreflightOptions(args);
  if (options.help) {
    process.stdout.write(helpText);
    return;
  }
  try {
    await preflight(options);
  } catch (fault) {
    if (fault instanceof UsageError) throw fault;
    for (const line of linesOf(fault)) process.stderr.write(`preflight: ${line}\n`);
    process.exitCode = fault instanceof DeploymentError ? 2 : 1;
  }
}

try {
  await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(usageText('preflight', fault));
  process.exitCode = 2;
}
