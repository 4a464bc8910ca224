import { otherAccounts } from '../config/accounts.ts';
import { readFlags, UsageError } from '../config/command-line.ts';
import type { Deployment, DeploymentRegion } from '../config/deployment.ts';

export interface TeardownFlags {
  /** Undefined with `all`. */
  readonly region?: string;
  readonly all: boolean;
  /** Path of the deployment file. */
  readonly file: string;
  readonly act: boolean;
  readonly now: boolean;
  readonly help: boolean;
}

export const helpText = `npm run teardown -- REGION [flags]   deletes a region's stack and what would keep it from being deleted

  REGION             a region in the deployment file
  --all              every region in the file, then the edge and pop stacks
  --deployment FILE  the deployment file (default deployment.json)
  --yes              do it; without it, only says what would be done and why
  --now              end broadcasts on air instead of waiting for them
  --help             show this text

Needs credentials for the region's account, as for npx cdk destroy. You may interrupt it: the next run continues where it stopped. To change your mind
before the first service is deleted, set the traffic dial of the region's endpoint groups back to 100 (Global Accelerator) and the canary's schedule on (EventBridge).
What retention.keepOnDelete keeps is listed and stays.
Exit code: 0 if done, or after a dry run; 1 if not done; 2 for invalid flags or an invalid deployment file.
`;

/** Parses the flags. Throws `UsageError`. */
export function parseTeardownFlags(args: readonly string[]): TeardownFlags {
  const { values, positionals } = flagsIn(args);
  const { all, yes: act, now, help, deployment: file } = values;
  const [region, ...others] = positionals;
  if (!help && others.length > 0) throw new UsageError('Name one region, or use --all for every region.');
  if (!help && all === (region !== undefined))
    throw new UsageError(
      all ? 'Name a region or use --all, not both.' : 'Name a region of the deployment file, or use --all.',
    );
  return { ...(region !== undefined && { region }), all, file, act, now, help };
}

/** The regions to take down. Throws `UsageError` if the file has no such region, or if one run can't take all of them down. */
export function chosenRegions(
  { region, file }: TeardownFlags,
  deployment: Deployment,
): readonly DeploymentRegion[] {
  const { regions } = deployment;
  const names = regions.map(({ name }) => name);
  const others = otherAccounts(deployment);
  if (region === undefined && others.length > 0)
    throw new UsageError(
      `Regions of ${file} are in other accounts (${others.join(', ')}). Take down each region by its name, with the credentials of its account.`,
    );
  const chosen = regions.filter(({ name }) => region === undefined || name === region);
  if (chosen.length > 0) return chosen;
  throw new UsageError(
    `${file} has no region '${region}'; it has ${names.join(', ')}. If its stack still exists, put the region back into the file first: without it there is no stack to destroy.`,
  );
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    allowPositionals: true,
    options: {
      all: { type: 'boolean', default: false },
      deployment: { type: 'string', default: 'deployment.json' },
      yes: { type: 'boolean', default: false },
      now: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  });
