// `npm run field`: plays what real encoders and networks do, and judges what viewers get.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pMap from 'p-map';
import { UsageError, usageText } from '../lib/config/command-line.ts';
import { stopOnSignals, whenInterrupted } from '../testkit/cleanup.ts';
import { Platform } from '../testkit/platform/platform.ts';
import { formatTable } from '../testkit/report/table.ts';
import { fieldCases } from './cases.ts';
import { helpText } from './help.ts';
import type { FieldCase } from './model.ts';
import { type FieldOptions, parseFieldOptions } from './options.ts';
import { type CaseResult, playCase } from './play.ts';
import { resultText, summaryText } from './report.ts';

async function play(cases: readonly FieldCase[], { together, keepDir }: FieldOptions): Promise<void> {
  const starting = Platform.start(['--workers', '2', '--proxies', '2']);
  const settled = whenInterrupted(async () => (await starting).stop());
  const platform = await starting;
  try {
    const results = await pMap(
      cases,
      async (field) => {
        const result = await playCase(platform, field);
        process.stdout.write(resultText(field, result));
        if (keepDir) await keep(join(keepDir, field.name), result);
        return result;
      },
      { concurrency: together },
    );
    if (keepDir) await writeFile(join(keepDir, 'live.log'), lines(platform.events));
    process.stdout.write(summaryText(results));
    process.exitCode = results.every(({ wrong }) => wrong.length === 0) ? 0 : 1;
  } finally {
    await platform.stop();
    settled();
  }
}

async function keep(dir: string, { media, found, wrong }: CaseResult): Promise<void> {
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, 'found.json'), `${JSON.stringify({ wrong, found }, undefined, 1)}\n`);
  for (const [id, pieces] of media)
    for (const [index, piece] of pieces.entries()) await writeFile(join(dir, `${id}-${index}.mp4`), piece);
}

const lines = (events: readonly unknown[]): string =>
  events.map((event) => `${JSON.stringify(event)}\n`).join('');

async function main(args: readonly string[]): Promise<void> {
  const options = parseFieldOptions(
    args,
    fieldCases.map(({ name }) => name),
  );
  if (options.help) process.stdout.write(helpText);
  else if (options.list)
    process.stdout.write(
      `${formatTable(
        ['name', 'sent'],
        fieldCases.map(({ name, sent }) => [name, sent]),
      )}\n`,
    );
  else
    await play(
      fieldCases.filter(({ name }) => options.only.includes(name)),
      options,
    );
}

stopOnSignals();
try {
  await main(process.argv.slice(2));
} catch (fault) {
  if (!(fault instanceof UsageError)) throw fault;
  process.stderr.write(usageText('field', fault));
  process.exitCode = 2;
}
