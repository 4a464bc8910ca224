// `npm run forecast`: what a load costs on a deployment, and which limit it reaches first.
import { readDeploymentFile } from '../lib/adapters/node/deployment-file.ts';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { DeploymentError } from '../lib/config/deployment.ts';
import { forecast } from '../lib/cost/forecast.ts';
import { helpText } from '../lib/cost/forecast-help.ts';
import { parseForecastOptions } from '../lib/cost/forecast-options.ts';
import { forecastText } from '../lib/cost/forecast-text.ts';

async function main(args: readonly string[]): Promise<void> {
  const options = parseForecastOptions(args);
  if (options.help) {
    process.stdout.write(helpText);
    return;
  }
  const deployment = await readDeploymentFile(options.file, 'Name it with --deployment FILE.');
  const result = forecast(options.loadOf(deployment));
  process.stdout.write(options.json ? `${JSON.stringify(result, undefined, 2)}\n` : forecastText(result));
}

try {
  await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof DeploymentError || fault instanceof UsageError)) throw fault;
  if (fault instanceof UsageError) process.stderr.write(usageText('forecast', fault));
  else for (const line of fault.lines) process.stderr.write(`forecast: ${line}\n`);
  process.exitCode = 2;
}
