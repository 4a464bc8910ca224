import { formatTable } from '../testkit/report/table.ts';
import { type Ceiling, ceilings } from './ceilings.ts';
import type { Scale } from './cell/size.ts';
import type { Figure, ScenarioReport } from './model.ts';

/** What is simulated, and which limits of AWS bind where. */
export interface ScaleReport {
  readonly scale: Scale;
  readonly ceilings: readonly Ceiling[];
}

export const scaleReport = (scale: Scale): ScaleReport => ({
  scale,
  ceilings: ceilings(scale),
});

export function scaleText({ scale, ceilings: rows }: ScaleReport): string {
  const sum = (of: (cell: Scale['cells'][number]) => number): number =>
    scale.cells.reduce((total, cell) => total + of(cell), 0);
  const [cell] = scale.cells;
  const head =
    `${number(scale.population)} streams, of which ${number(sum(({ onAir }) => onAir))} are on air: as many as ` +
    `${number(sum(({ workers }) => workers))} workers of ${cell?.streamsPerWorker} streams take with ${cell?.headroomPercent} % kept free. ` +
    `${number(sum(({ proxies }) => proxies))} proxies, ${scale.cells.length} regions, ${number(scale.viewers)} viewers, ${scale.pops} edges.`;
  const table = formatTable(
    ['limit, before a raise or a split', 'asked for', 'limit', 'binds above'],
    rows.map(({ name, asks, limit, most, of }) => [
      name,
      number(asks),
      number(limit),
      `${number(most)} ${of}`,
    ]),
  );
  return `${head}\n\n${table}\n`;
}

export function scenarioText({ name, title, figures, broken }: ScenarioReport, seconds: number): string {
  const table = formatTable(
    ['figure', 'value', ''],
    figures.map((figure) => [figure.name, valueText(figure), figure.note ?? '']),
  );
  const verdict = broken.length === 0 ? 'every promise held' : `BROKEN: ${broken.slice(0, 5).join('; ')}`;
  return `\n${name}: ${title}\n\n${table}\n${verdict} (${seconds.toFixed(0)} s)\n`;
}

const valueText = ({ value, unit }: Figure): string => `${number(value)}${unit === '' ? '' : ` ${unit}`}`;

/** Three significant digits below 100, thousands separated above. */
const number = (value: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString(
        'en',
        Math.abs(value) < 100 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 },
      )
    : '–';
