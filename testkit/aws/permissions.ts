import { readFileSync } from 'node:fs';
import type { Template } from 'aws-cdk-lib/assertions';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** What the roles' own policies in a template allow, in order; of one role where `roleId` is a part of its logical id. */
export function statementsOf(template: Template, roleId = ''): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(roleId))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

/** The AWS calls that an adapter (a path below lib/adapters/aws) makes, from its source: `DeleteKey` of `new DeleteKeyCommand(`, `ListInputs` of its paginator. */
export function callsOf(adapter: string): string[] {
  const source = readFileSync(new URL(`../../lib/adapters/aws/${adapter}.ts`, import.meta.url), 'utf8');
  const made = source.matchAll(/\bnew (\w+)Command\(|\bpaginate(\w+)\(/g);
  return [...new Set([...made].map(([, command, list]) => command ?? list ?? ''))].sort();
}

/** Every action that these statements allow, sorted, each once. */
export const actionsOf = (statements: readonly Statement[]): string[] =>
  [...new Set(statements.flatMap(({ Action }) => Action))].sort();
