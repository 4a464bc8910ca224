import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { followStart, StartProgress } from '../../../../lib/adapters/local/platform/start-progress.ts';
import type { Supervisor } from '../../../../lib/adapters/local/platform/supervisor.ts';

function screen(isTTY: boolean) {
  const written: string[] = [];
  return { isTTY, written, write: (text: string) => written.push(text) };
}

function start(isTTY: boolean) {
  const shown = screen(isTTY);
  let nowMs = 0;
  const supervisor = new EventEmitter() as unknown as Supervisor;
  const progress = new StartProgress(shown, () => nowMs);
  progress.glance('Preparing the data folder');
  const end = followStart(progress, supervisor, 3);
  const up = (name: string, ms = 100) => {
    nowMs += ms;
    supervisor.emit('line', { event: 'process.ready', name });
    supervisor.emit('line', { event: 'edge.load', name });
  };
  return { shown, up, end };
}

test('on a terminal one line says how many processes are up, and is gone when all are', () => {
  const { shown, up, end } = start(true);
  for (const name of ['pop', 'page', 'page', 'edge']) up(name);
  end();
  up('control');
  const clear = '\r\u001B[2K';
  expect(shown.written).toEqual([
    `${clear}Preparing the data folder …`,
    ...[0, 1, 2, 2, 3].map((count) => `${clear}Starting 3 processes: ${count} are up`),
    clear,
  ]);
});

test('elsewhere each step is a line, and how far a slow one is another from time to time', () => {
  const { shown, up, end } = start(false);
  up('pop');
  up('page');
  up('edge', 5_000);
  end();
  expect(shown.written).toEqual(['Starting 3 processes: 0 are up\n', 'Starting 3 processes: 3 are up\n']);
});
