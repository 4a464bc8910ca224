// `npm run simulate`: the platform's own decisions about many streams, workers and viewers, in simulated time.
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { fullScale } from './cell/size.ts';
import { helpText } from './help.ts';
import type { ScenarioReport } from './model.ts';
import { parseSimulateOptions, type SimulateOptions } from './options.ts';
import { scaleReport, scaleText, scenarioText } from './report.ts';
import { scenarios } from './scenarios.ts';

async function simulate({ seed, scenarios: asked, json }: SimulateOptions): Promise<void> {
  const about = scaleReport(fullScale);
  if (!json) process.stdout.write(scaleText(about));
  const reports: ScenarioReport[] = [];
  for (const scenario of asked) {
    process.stderr.write(`simulate: ${scenario.name}\n`);
    const beganMs = performance.now();
    const report = await scenario.run(fullScale, seed);
    reports.push(report);
    if (!json) process.stdout.write(scenarioText(report, (performance.now() - beganMs) / 1000));
  }
  if (json) process.stdout.write(`${JSON.stringify({ seed, ...about, scenarios: reports }, null, 2)}\n`);
  process.exitCode = reports.every(({ broken }) => broken.length === 0) ? 0 : 1;
}

try {
  const options = parseSimulateOptions(process.argv.slice(2), scenarios);
  if (options.help) process.stdout.write(helpText);
  else await simulate(options);
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(usageText('simulate', fault));
  process.exitCode = 2;
}
