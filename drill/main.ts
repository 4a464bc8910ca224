// `npm run drill`: injects the faults of production into a platform, and measures what a viewer notices.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { stopOnSignals } from '../testkit/cleanup.ts';
import { helpText } from './help.ts';
import type { Drill } from './model.ts';
import { type DrillOptions, parseDrillOptions } from './options.ts';
import { drillMachine, listText, machineText, rowText, summaryText } from './report.ts';
import { measureMachineSpeed } from './rig/machine-speed.ts';
import { rows } from './rows.ts';
import { runSimulation } from './simulation/main.ts';
import { recordTimeline, type Timeline } from './timeline.ts';
import { timelineSvg } from './timeline-svg.ts';
import { type JudgedRow, judgeRow, type Outcome } from './verdict.ts';

/** Progress goes to stderr; stdout is the report. */
const say = (line: string) => process.stderr.write(`drill: ${line}\n`);

async function runRow(row: Drill, options: DrillOptions): Promise<{ judged: JudgedRow; svg: string }> {
  const outcomes: Outcome[] = [];
  let shown: Timeline | undefined;
  for (let run = 1; run <= options.runs; run++) {
    say(`${row.name}, run ${run} of ${options.runs} (about ${row.seconds} s)`);
    const machineSpeed = await measureMachineSpeed();
    const { context, timeline } = recordTimeline(run);
    let outcome: Outcome;
    try {
      outcome = { finding: await row.run(context), machineSpeed };
    } catch (fault) {
      const failure = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
      outcome = { failure, machineSpeed };
    }
    outcomes.push(outcome);
    // Show the first run that broke a promise; if none did, the first run.
    if (
      shown === undefined ||
      (!judgeRow(row, [outcome]).held && judgeRow(row, outcomes.slice(0, -1)).held)
    ) {
      shown = timeline;
    }
  }
  const svg = join(options.outDir, `${row.name}.svg`);
  if (shown) await writeFile(svg, timelineSvg(row.name, row.fault, shown));
  return { judged: judgeRow(row, outcomes), svg };
}

async function drill(options: DrillOptions): Promise<void> {
  const machine = drillMachine();
  if (!options.json) process.stdout.write(`${machineText(machine)}\n`);
  await mkdir(options.outDir, { recursive: true });
  const judged: (JudgedRow & { timeline: string })[] = [];
  for (const row of rows.filter(({ name }) => options.only.includes(name))) {
    const result = await runRow(row, options);
    judged.push({ ...result.judged, timeline: result.svg });
    if (!options.json) process.stdout.write(`${rowText(result.judged, result.svg)}\n`);
  }
  process.stdout.write(
    options.json ? `${JSON.stringify({ machine, rows: judged }, null, 2)}\n` : summaryText(judged),
  );
  process.exitCode = judged.every(({ held }) => held) ? 0 : 1;
}

async function main(args: readonly string[]): Promise<void> {
  if (args.includes('--simulate')) {
    await runSimulation(args);
    return;
  }
  const options = parseDrillOptions(
    args,
    rows.map(({ name }) => name),
  );
  if (options.help) process.stdout.write(helpText);
  else if (options.list) process.stdout.write(listText(rows));
  else await drill(options);
}

stopOnSignals();
try {
  await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(usageText('drill', fault));
  process.exitCode = 2;
}
