// `npm run forecast`: what a load costs on a deployment, and which limit it reaches first.
import { readFile } from 'node:fs/promises';
import { UsageError } from '../lib/config/command-line.ts';
import { DeploymentError, readDeployment } from '../lib/config/deployment.ts';
import { forecast } from '../lib/cost/forecast.ts';
import { helpText, parseForecastOptions } from '../lib/cost/forecast-options.ts';
import { forecastText } from '../lib/cost/forecast-text.ts';

async function main(args: readonly string[]): Promise<void> {
  const options = parseForecastOptions(args);
  if (options.help) {
    process.stdout.write(helpText);
    return;
  }
  const { file } = options;
  const json = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new UsageError(`${file} cannot be read (${cause.message}); use --deployment FILE`);
  });
  const deployment = readDeployment(json, file);
  const result = forecast(options.loadOf(deployment));
  process.stdout.write(options.json ? `${JSON.stringify(result, undefined, 2)}\n` : forecastText(result));
}

try {
  await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof DeploymentError || fault instanceof UsageError)) throw fault;
  process.stderr.write(`forecast: ${fault.message}\n`);
  process.exitCode = 2;
}
