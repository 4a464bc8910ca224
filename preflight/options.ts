import { readFlags } from '../lib/config/command-line.ts';

export interface PreflightOptions {
  readonly deploymentFile: string;
  /** Checks only this region and the global stacks. */
  readonly region?: string;
  readonly json: boolean;
  readonly help: boolean;
}

export const helpText = `npm run preflight [-- flags]   checks what an AWS account lacks for a deployment, by read-only calls

  --deployment FILE  the deployment file (default deployment.json)
  --region R         check only this region of it, and the global stacks
  --json             print all findings as JSON on stdout
  --help             show this text

Uses the credentials in the shell; the managed policy ReadOnlyAccess allows all its calls.
Exit code: 0 if nothing is missing (there may be warnings); 1 if something is missing, or nothing could be checked; 2 for invalid flags
or an invalid deployment file.
`;

/** Parses the flags. Throws `UsageError`. */
export function parsePreflightOptions(args: readonly string[]): PreflightOptions {
  const { deployment, region, json, help } = flagsIn(args);
  return { deploymentFile: deployment, json, help, ...(region !== undefined && { region }) };
}

const flagsIn = (args: readonly string[]) =>
  readFlags({
    args: [...args],
    options: {
      deployment: { type: 'string', default: 'deployment.json' },
      region: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false, short: 'h' },
    },
  }).values;
