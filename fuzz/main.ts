// `npm run fuzz`: feeds hostile bytes to every parser of outside bytes.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { formatTable } from '../testkit/report/table.ts';
import { helpText } from './help.ts';
import { judgeInput } from './judge.ts';
import { type Finding, type FuzzResult, fuzzLimits } from './model.ts';
import { type FuzzOptions, parseFuzzOptions } from './options.ts';
import { fuzzTargets } from './targets.ts';
import { type FuzzTask, FuzzThread } from './thread.ts';

async function fuzz(options: FuzzOptions): Promise<void> {
  const { only, runs, seed } = options;
  process.stdout.write(`seed ${seed}\n`);
  const share = Math.ceil(runs / only.length);
  const left = [...only];
  const results: FuzzResult[] = [];
  const threads = Array.from(
    { length: Math.min(availableParallelism(), only.length) },
    () => new FuzzThread(),
  );
  await Promise.all(
    threads.map(async (thread) => {
      for (let target = left.shift(); target !== undefined; target = left.shift())
        results.push(await fuzzOne(thread, { target, runs: share, seed }, options));
      await thread.close();
    }),
  );
  summarize(results);
}

async function fuzzOne(thread: FuzzThread, task: FuzzTask, options: FuzzOptions): Promise<FuzzResult> {
  const startedMs = performance.now();
  const result = await thread.run(task);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const verdict = result.finding ? `FAILED (${result.finding.kind})` : 'held';
  process.stdout.write(`${task.target}: ${verdict}, ${result.inputs} inputs in ${seconds} s\n`);
  if (result.finding) await report(task.target, result.finding, options);
  return result;
}

async function report(target: string, finding: Finding, { seed, keepDir }: FuzzOptions): Promise<void> {
  process.stdout.write(`  ${finding.detail.replaceAll('\n', '\n  ')}\n`);
  if (!finding.input) return;
  const file = join(keepDir, `${target}-${finding.kind}-${seed}`);
  await mkdir(keepDir, { recursive: true });
  await writeFile(file, finding.input);
  process.stdout.write(
    `  ${finding.input.length} bytes: ${Buffer.from(finding.input).toString('hex').slice(0, 200)}\n` +
      `  again: npm run fuzz -- --target ${target} --input ${file}\n`,
  );
}

async function tryFile(target: string, file: string): Promise<void> {
  const finding = await judgeInput(
    fuzzTargets.find(({ name }) => name === target)!,
    await readFile(file),
    fuzzLimits,
  );
  process.stdout.write(
    finding ? `${target}: FAILED (${finding.kind})\n  ${finding.detail}\n` : `${target}: held\n`,
  );
  process.exitCode = finding ? 1 : 0;
}

function summarize(results: readonly FuzzResult[]): void {
  const inputs = results.reduce((sum, result) => sum + result.inputs, 0);
  const failed = results.filter(({ finding }) => finding).length;
  process.stdout.write(`${inputs} inputs: ${results.length - failed} targets held, ${failed} failed\n`);
  process.exitCode = failed === 0 ? 0 : 1;
}

async function main(args: readonly string[]): Promise<void> {
  const options = parseFuzzOptions(
    args,
    fuzzTargets.map(({ name }) => name),
  );
  if (options.help) process.stdout.write(helpText);
  else if (options.list)
    process.stdout.write(
      `${formatTable(
        ['target', 'reads'],
        fuzzTargets.map(({ name, about }) => [name, about]),
      )}\n`,
    );
  else if (options.inputFile !== undefined) await tryFile(options.only[0]!, options.inputFile);
  else await fuzz(options);
}

try {
  await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(usageText('fuzz', fault));
  process.exitCode = 2;
}
