import { execFile } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('viewers of 2,500 hostile schedules get whole broadcasts in step', async () => {
  const words = await new Promise<string>((resolve) => {
    execFile(process.execPath, ['testkit/schedules/main.ts', '2500'], (fault, stdout) =>
      resolve(stdout + (fault && stdout === '' ? fault.message : '')),
    );
  });
  expect(words).toBe('');
}, 600_000);
