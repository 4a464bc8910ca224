import { describe, expect, test } from '@jest/globals';
import { TargetTable } from '../../../lib/pop/policy/target-table.ts';

describe('the targets of a balancer', () => {
  test('are out until their first success and after two failures in a row', () => {
    const table = new TargetTable(['a']);
    const healthy = () => table.states[0]!.healthy;
    expect(healthy()).toBe(false);
    expect(table.report('a', true)).toBe(true);
    expect(healthy()).toBe(true);
    expect(table.report('a', false)).toBe(false);
    expect(table.report('a', true)).toBe(false);
    table.report('a', false);
    expect(healthy()).toBe(true);
    expect(table.report('a', false)).toBe(true);
    expect(healthy()).toBe(false);
    expect(table.report('a', true)).toBe(true);
    expect(healthy()).toBe(true);
  });

  test('are tried by fewest connections, unhealthy ones not at all', () => {
    const table = new TargetTable(['a', 'b', 'c']);
    for (const target of ['a', 'b']) table.report(target, true);
    table.opened('a');
    expect(table.order()).toEqual(['b', 'a']);
    table.opened('b');
    table.opened('b');
    expect(table.order()).toEqual(['a', 'b']);
    table.closed('b');
    table.closed('b');
    expect(table.order()).toEqual(['b', 'a']);
  });

  test('are all tried when none is healthy', () => {
    expect(new TargetTable(['a', 'b']).order()).toEqual(['a', 'b']);
  });
});
