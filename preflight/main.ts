// `npm run preflight`: checks what an AWS account lacks for a deployment, and prints what mends it. Changes nothing.
import { resolveNs } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import {
  type Deployment,
  DeploymentError,
  type DeploymentRegion,
  readDeployment,
} from '../lib/config/deployment.ts';
import { AccountError, callerAccount, readRegions } from './aws/account.ts';
import type { Finding } from './finding.ts';
import { gather } from './gather.ts';
import { helpText, type PreflightOptions, parsePreflightOptions, UsageError } from './options.ts';
import { unknownRegions } from './policy/input-faults.ts';
import { judge } from './policy/judge.ts';
import { judgeCredentials } from './policy/judge-account.ts';
import { defaultQualifier } from './policy/judge-region.ts';
import { exitCodeOf, reportText } from './report.ts';

async function readDeploymentFile(file: string): Promise<Deployment> {
  const json = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new DeploymentError(file, [`cannot be read (${cause.message})`]);
  });
  return readDeployment(json, file);
}

async function preflight({ deploymentFile, region, json }: PreflightOptions): Promise<void> {
  const deployment = await readDeploymentFile(deploymentFile);
  const regions = deployment.regions.filter(({ name }) => region === undefined || name === region);
  if (regions.length === 0) {
    const names = deployment.regions.map(({ name }) => name).join(', ');
    throw new UsageError(`--region: ${region} is not in ${deploymentFile}, which has ${names}`);
  }
  const account = await callerAccount();
  const credentials = judgeCredentials(deployment.account, account);
  // What another account has or lacks would only mislead.
  const findings =
    credentials.severity === 'missing'
      ? [credentials]
      : await findingsIn(account, deployment, regions, deploymentFile);
  process.stdout.write(json ? `${JSON.stringify({ account, findings }, null, 2)}\n` : reportText(findings));
  process.exitCode = exitCodeOf(findings);
}

async function findingsIn(
  account: string,
  deployment: Deployment,
  regions: readonly DeploymentRegion[],
  file: string,
): Promise<Finding[]> {
  const access = await readRegions();
  if ('value' in access) {
    const faults = unknownRegions(deployment, new Set(access.value.keys()));
    if (faults.length > 0) throw new DeploymentError(file, faults);
  }
  process.stderr.write(`preflight: reading account ${account} …\n`);
  const facts = await gather({
    deployment,
    regions,
    account,
    access,
    qualifier: defaultQualifier,
    // As the CDK does.
    builder: process.env.CDK_DOCKER ?? 'docker',
    resolveNs,
  });
  return judge(deployment, facts, regions);
}

/** Faults that the user must mend: a line for each, without a stack trace. */
function linesOf(fault: unknown, file: string): readonly string[] {
  if (fault instanceof DeploymentError) return fault.faults.map((text) => `${file}: ${text}`);
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
    for (const line of linesOf(fault, options.deploymentFile)) process.stderr.write(`preflight: ${line}\n`);
    process.exitCode = 1;
  }
}

try {
  await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(`preflight: ${fault.message}\n\n${helpText}`);
  process.exitCode = 2;
}
