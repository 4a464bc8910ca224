import type { GraphResource, StackTemplate } from './graph.ts';
import { stringsIn } from './references.ts';

/** Something in a stack that takes the value of an SSM parameter during a deploy. */
export interface Reader {
  readonly stack: string;
  /** Logical id of the custom resource, or of the template's own parameter. */
  readonly id: string;
  readonly parameter: string;
  /** Whether each deploy reads it again; a custom resource is only called if something in it changes. */
  readonly always: boolean;
}

/** Parameters that AWS and the CDK's bootstrap write. */
const foreign = /^\/(aws|cdk-bootstrap)\//;
/** The call of a custom resource that reads a parameter, as the CDK writes it. */
const readCall = /"action":"getParameter".*?"Name":"([^"]+)"/;

export function readersOf({ name: stack, template }: StackTemplate): Reader[] {
  const typed = Object.entries(template.Parameters ?? {})
    .filter(([, { Type }]) => Type.startsWith('AWS::SSM::Parameter::'))
    .map(([id, { Default }]) => ({ stack, id, parameter: String(Default), always: true }));
  const called = Object.entries(template.Resources ?? {}).flatMap(([id, { Type, Properties }]) => {
    if (!Type.startsWith('Custom::')) return [];
    const [, parameter] = readCall.exec(stringsIn(Properties).join('')) ?? [];
    return parameter === undefined ? [] : [{ stack, id, parameter, always: false }];
  });
  return [...typed, ...called].filter(({ parameter }) => !foreign.test(parameter));
}

export const parameterName = ({ properties }: GraphResource): string => String(properties.Name);

/** Host names that a stack's DNS records define. */
export function hostsOf({ template }: StackTemplate): string[] {
  return Object.values(template.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::Route53::RecordSet')
    .map(({ Properties }) => String(Properties?.Name).replace(/\.$/, ''));
}

/** Whether a stack's template mentions a host by its whole name. */
export function mentions({ template }: StackTemplate, host: string): boolean {
  const whole = new RegExp(`(?<![\\w.-])${host.replaceAll('.', '\\.')}(?![\\w-]|\\.\\w)`);
  return stringsIn(template).some((text) => whole.test(text));
}
