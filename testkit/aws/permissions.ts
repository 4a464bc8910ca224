import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** The statements of all role policies in a template, in order; with `roleId`, only of roles whose logical id contains it. */
export function statementsOf(template: Template, roleId = ''): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(roleId))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

/**
 * The AWS calls made by an adapter (a path below lib/adapters/aws), found in its source: `DeleteKey` from `new
 * DeleteKeyCommand(`, `ListInputs` from its paginator.
 */
export function callsOf(adapter: string): string[] {
  const source = readFileSync(new URL(`../../lib/adapters/aws/${adapter}.ts`, import.meta.url), 'utf8');
  const made = source.matchAll(/\bnew (\w+)Command\(|\bpaginate(\w+)\(/g);
  return [...new Set([...made].map(([, command, list]) => command ?? list ?? ''))].sort();
}

/** All distinct actions in these statements, sorted. */
export const actionsOf = (statements: readonly Statement[]): string[] =>
  [...new Set(statements.flatMap(({ Action }) => Action))].sort();
