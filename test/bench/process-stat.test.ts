import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import {
  cpuMsOf,
  cpuMsOfTrees,
  memoryOfTrees,
  parseKilobytes,
  parseStat,
  treesOf,
} from '../../bench/process-stat.ts';

describe('the figures that Linux reports about a process', () => {
  test('user and system time are added; a name with spaces and parentheses does not shift the fields', () => {
    const text = `4242 (a (b) c) S 17 4242 4242 0 -1 4194560 9 0 0 0 120 34 5 6 20 0 11 0 1 2 3\n`;
    expect(parseStat(text)).toEqual({ pid: 4242, parentPid: 17, cpuTicks: 154 });
  });

  test('a line in kB is matched by its full name', () => {
    const text = 'Rss:                1932 kB\nPss_Anon:             7 kB\nPss:                 812 kB\n';
    expect(parseKilobytes(text, 'Pss')).toBe(812);
    expect(parseKilobytes(text, 'Swap')).toBeUndefined();
  });

  test('this process has used CPU time and memory', () => {
    expect(cpuMsOf([process.pid])).toBeGreaterThan(0);
    const { rssKb, pssKb } = memoryOfTrees([process.pid]);
    expect(rssKb).toBeGreaterThan(10_000);
    expect(pssKb).toBeLessThanOrEqual(rssKb);
  });

  test('a process tree includes grandchildren, and their CPU time counts', async () => {
    const burn = 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo ready; read line';
    const shell = spawn('sh', ['-c', `sh -c '${burn}'; true`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const closed = once(shell, 'close');
    await once(shell.stdout, 'data');
    const tree = treesOf([shell.pid!]);
    expect(tree).toHaveLength(2);
    expect(cpuMsOfTrees([shell.pid!])).toBeGreaterThan(cpuMsOf([shell.pid!]));
    shell.stdin.end('\n');
    await closed;
    expect(cpuMsOf([shell.pid!])).toBe(0);
  });
});
