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
