import { machineFacts } from '../testkit/report/machine.ts';
import { range } from '../testkit/report/statistics.ts';
import { figure, formatTable } from '../testkit/report/table.ts';
import type { Drill, Measure } from './model.ts';
import type { JudgedMeasure, JudgedRow } from './verdict.ts';
import { wrapWords } from './wrap-words.ts';

/** The machine that the figures were measured on. */
export interface DrillMachine {
  /** ISO 8601. */
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly ffmpeg: string;
}

export function drillMachine(): DrillMachine {
  const { date, cores, cpu, memoryGb, kernel, node, versions } = machineFacts();
  return { date, cores, cpu, memoryGb, kernel, node, ffmpeg: versions.ffmpeg ?? 'absent' };
}

export const machineText = (machine: DrillMachine): string =>
  `${machine.cores} cores of ${machine.cpu}, ${machine.memoryGb} GB, Linux ${machine.kernel}, ` +
  `Node ${machine.node}, ffmpeg ${machine.ffmpeg}\n${machine.date}\n`;

const lineWidth = 104;

/** A row with its figures, for people. `timeline` is the file that shows one run of it. */
export function rowText(row: JudgedRow, timeline: string | undefined): string {
  const head = `${row.held ? 'holds ' : 'BROKEN'}  ${row.name}: ${row.fault}`;
  const lines = [...wrap(head), ...wrap(`        must hold: ${row.promise}`)];
  if (row.measures.length > 0) {
    const table = formatTable(
      ['measured', 'p50', 'p95', 'max', 'allowed', ''],
      row.measures.map(measureCells),
    );
    lines.push('', ...table.split('\n').map((line) => `        ${line}`));
  }
  for (const failure of row.failures) {
    lines.push('', '        failed to run:', ...failure.split('\n').map((line) => `          ${line}`));
  }
  lines.push('', ...(row.machineSpeeds.length > 0 ? [`        ${speedText(row.machineSpeeds)}`] : []));
  const runs = row.runs === 1 ? '1 run' : `${row.runs} runs`;
  lines.push(`        ${runs}${timeline === undefined ? '' : `; timeline of one: ${timeline}`}`);
  return `${lines.join('\n')}\n`;
}

/** What the machine could do when the run began; one value per run. */
function speedText(speeds: readonly number[]): string {
  const [least, most] = range(speeds).map(figure);
  const speed = least === most ? least : `${least} to ${most}`;
  return `all cores together encoded 640x360 at ${speed} times real time before ${speeds.length === 1 ? 'it' : 'each'}`;
}

function measureCells(measure: JudgedMeasure): string[] {
  const { name, unit, p50, p95, max, limit, judged, held } = measure;
  const allowed = `≤ ${figure(limit)}${judged === 'p95' ? ' (p95)' : ''}`;
  return [unitText(name, unit), figure(p50), figure(p95), figure(max), allowed, held ? 'ok' : 'TOO MUCH'];
}

/** The name of a count includes its unit; a time needs one. */
const unitText = (name: string, unit: Measure['unit']): string =>
  unit === 'ms' || unit === 's' ? `${name}, ${unit}` : name;

/** Lines for a terminal; all but the first are indented to the row's name. */
const wrap = (text: string): string[] =>
  wrapWords(text, lineWidth).map((line, index) => (index === 0 ? line : `        ${line}`));

/** A short summary of all rows, for the end. */
export function summaryText(rows: readonly JudgedRow[]): string {
  const broken = rows.filter(({ held }) => !held).map(({ name }) => name);
  if (broken.length === 0) return `Every row holds.\n`;
  return `Broken, ${broken.length} of ${rows.length}: ${broken.join(', ')}\n`;
}

export function listText(rows: readonly Omit<Drill, 'run'>[]): string {
  const cells = rows.map(({ name, seconds, fault }) => [name, `${seconds} s`, fault]);
  return `${formatTable(['name', 'one run', 'fault'], cells)}\n`;
}
