import { EventEmitter } from 'node:events';
import { beforeEach, expect, test } from '@jest/globals';
import { ProcessTable } from '../../../../lib/adapters/local/platform/process-table.ts';
import type { ProcessStatus, Supervisor } from '../../../../lib/adapters/local/platform/supervisor.ts';

const spec = { role: 'encoder', name: 'one', program: 'one.mjs', env: {}, port: 1, stopOrder: 0 };

/** A supervisor that says what the test has it say. */
class SaidSupervisor extends EventEmitter {
  running: ProcessStatus[] = [];
  readonly told: string[] = [];
  status = () => this.running;
  kill = (name: string) => {
    this.told.push(`kill ${name}`);
    return this.running.length > 0;
  };
  drain = async (name: string) => void this.told.push(`drain ${name}`);
  starts(pid: number) {
    this.running = [{ role: 'encoder', name: 'one', pid, port: 1 }];
  }
  isReady() {
    this.emit('line', { event: 'process.ready', name: 'one' });
  }
  ends() {
    this.running = [];
    this.emit('exited', { name: 'one' });
  }
}

let supervisor: SaidSupervisor;
let table: ProcessTable;
beforeEach(() => {
  supervisor = new SaidSupervisor();
  table = new ProcessTable(supervisor as unknown as Supervisor, [spec]);
  supervisor.starts(42);
  supervisor.isReady();
});
const row = () => table.list()[0];

test('a process that ends is restarting until it has said that it is ready', () => {
  expect(row()).toEqual({ role: 'encoder', name: 'one', state: 'up', restarts: 0, pid: 42 });
  supervisor.ends();
  expect(row()).toEqual({ role: 'encoder', name: 'one', state: 'restarting', restarts: 1 });
  expect([table.kill('one'), table.drain('one'), supervisor.told]).toEqual([false, false, []]);
  supervisor.starts(43);
  expect(row()).toEqual({ role: 'encoder', name: 'one', state: 'restarting', restarts: 1 });
  supervisor.isReady();
  expect(row()).toEqual({ role: 'encoder', name: 'one', state: 'up', restarts: 1, pid: 43 });
});

test('a process that is drained is draining until it ends, and is told once', () => {
  expect([table.drain('one'), table.drain('one')]).toEqual([true, true]);
  expect(row()).toMatchObject({ state: 'draining', pid: 42 });
  expect(supervisor.told).toEqual(['drain one']);
  supervisor.ends();
  expect(row()).toMatchObject({ state: 'restarting', restarts: 1 });
});

test('who drains may still be killed', () => {
  table.drain('one');
  expect(table.kill('one')).toBe(true);
  expect(supervisor.told).toEqual(['drain one', 'kill one']);
});

test('a name that is not on the list is nobody', () => {
  expect([table.kill('two'), table.drain('two'), table.kill('constructor')]).toEqual([false, false, false]);
  expect(supervisor.told).toEqual([]);
});
