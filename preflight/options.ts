import { readFlags } from '../lib/config/command-line.ts';

export interface PreflightOptions {
  readonly deploymentFile: string;
  /** Checks only this region and the global stacks. */
  readonly region?: string;
  readonly json: boolean;
  readonly help: boolean;
}

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
