import type { z } from 'zod';
import { deploymentFields } from './deployment/fields.ts';
import { faultsBetween } from './deployment/rules.ts';

export const deploymentSchema = deploymentFields.superRefine((fields, { addIssue }) => {
  for (const { path, message } of faultsBetween(fields))
    addIssue({ code: 'custom', path: [...path], message });
});

/** A validated deployment with all defaults filled in. The fields are described in docs/deployment.md. */
export type Deployment = z.output<typeof deploymentSchema>;
export type DeploymentRegion = Deployment['regions'][number];

/** An invalid deployment file; `faults` has a line for each error, and `lines` the same with the file's name. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly code = 'BAD_DEPLOYMENT';
  readonly faults: readonly string[];
  readonly lines: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    const errors = faults.length === 1 ? '1 error' : `${faults.length} errors`;
    super(`${file} has ${errors}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.faults = faults;
    this.lines = faults.map((fault) => `${file}: ${fault}`);
  }
}

/** Reads a deployment from JSON; `file` is its name in error messages. Throws `DeploymentError` with all errors. */
export function readDeployment(json: string, file: string): Deployment {
  const result = deploymentSchema.safeParse(parse(json, file), { error: plainWords });
  if (result.success) return result.data;
  throw new DeploymentError(file, result.error.issues.flatMap(faultsOf));
}

function parse(json: string, file: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new DeploymentError(file, [
      `is not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
    ]);
  }
}

function faultsOf(issue: z.core.$ZodIssue): string[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...issue.path, key].join('.')}: unknown field`);
  }
  return [`${path === '' ? 'the file' : path}: ${issue.message}`];
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  record: 'an object',
  string: 'a string',
};

/** For errors whose field has no words of its own; the rest keep Zod's. */
function plainWords(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? 'is missing'
        : `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return `must ${sizeWords(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum)}`;
    case 'too_big':
      return `must ${sizeWords(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum)}`;
    default:
      return undefined;
  }
}

function sizeWords(origin: string, bound: string, size: number | bigint): string {
  const number = size.toLocaleString('en-US');
  const unit = { array: 'item', string: 'character' }[origin];
  return unit === undefined
    ? `be ${bound} ${number}`
    : `have ${bound} ${number} ${unit}${size === 1 ? '' : 's'}`;
}
