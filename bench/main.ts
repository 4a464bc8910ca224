// `npm run bench`: Headwater next to its peers, on this machine, in one run.

import { writeFile } from 'node:fs/promises';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { stopOnSignals } from '../testkit/cleanup.ts';
import { type MachineFacts, machineFacts, machineText } from '../testkit/report/machine.ts';
import { edgeBench, herdLoads } from './edge/edge.ts';
import { helpText } from './help.ts';
import { latencyBench } from './latency/latency.ts';
import { type BenchOptions, type Part, parseBenchOptions } from './options.ts';
import { headwaterRelay } from './relay/headwater-relay.ts';
import { relayBench } from './relay/relay.ts';
import { type Section, sectionJson, sectionText } from './report.ts';
import { startupBench } from './startup.ts';
import { workerBench } from './worker.ts';

/** Progress goes to stderr; stdout is the report. */
const say = (line: string) => process.stderr.write(`bench: ${line}\n`);

const run: Readonly<Record<Part, (machine: MachineFacts, options: BenchOptions) => Promise<Section>>> = {
  relay: (machine, { quick }) => {
    const load = { publishers: 50, bitrateBps: 4_200_000 };
    const timing = quick ? { warmUpMs: 2_000, measureMs: 2_000 } : { warmUpMs: 8_000, measureMs: 6_000 };
    return relayBench(
      machine,
      { load: { ...load, ...timing }, rounds: quick ? 1 : 3 },
      headwaterRelay(),
      say,
    );
  },
  edge: (machine, { quick }) => edgeBench(machine, { loads: herdLoads(quick), rounds: quick ? 1 : 3 }, say),
  worker: (_machine, { quick }) => workerBench({ measureMs: quick ? 6_000 : 30_000 }, say),
  startup: (_machine, { quick }) => startupBench({ rounds: quick ? 1 : 3 }, say),
  latency: (machine, { latency }) => latencyBench(machine, latency, say),
};

const quickText =
  'QUICK: one short round each. Node is still compiling its code during the measurement, so its figures come out too high.';

async function bench(options: BenchOptions): Promise<void> {
  const machine = machineFacts();
  process.stdout.write(`${machineText(machine)}\n\n`);
  if (options.quick) process.stdout.write(`${quickText}\n\n`);
  const sections: Section[] = [];
  for (const part of options.parts) {
    const section = await run[part](machine, options);
    sections.push(section);
    process.stdout.write(`${sectionText(section)}\n`);
  }
  if (options.jsonFile === undefined) return;
  const report = { machine, quick: options.quick, sections: sections.map(sectionJson) };
  await writeFile(options.jsonFile, `${JSON.stringify(report, null, 2)}\n`);
}

stopOnSignals();
try {
  const options = parseBenchOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(helpText);
  else await bench(options);
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(usageText('bench', fault));
  process.exitCode = 2;
}
