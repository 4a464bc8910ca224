import type { Tone } from './model.ts';
import type { Timeline } from './timeline.ts';

/**
 * Where everything in a timeline is drawn; all lengths in pixels. Labels never overlap: those that don't fit move to a row
 * below.
 */
export interface TimelineLayout {
  readonly width: number;
  readonly height: number;
  readonly plot: {
    readonly leftPx: number;
    readonly rightPx: number;
    readonly topPx: number;
    readonly bottomPx: number;
  };
  readonly lanes: readonly Lane[];
  readonly ticks: readonly { readonly x: number; readonly words: string }[];
  readonly faults: readonly {
    readonly x: number;
    readonly labelX: number;
    readonly labelY: number;
    readonly anchor: 'start' | 'end';
    readonly words: string;
  }[];
}

export interface Lane {
  readonly name: string;
  readonly topPx: number;
  readonly heightPx: number;
  readonly bars: readonly {
    readonly x: number;
    readonly y: number;
    readonly widthPx: number;
    readonly tone: Tone;
  }[];
  readonly dots: readonly { readonly x: number; readonly y: number }[];
  readonly labels: readonly PlacedLabel[];
  readonly curves: readonly {
    readonly points: readonly (readonly [number, number])[];
    readonly baseY: number;
    readonly maxY: number;
    readonly maxLabel: string;
  }[];
}

export interface PlacedLabel {
  /** Left end and baseline. */
  readonly x: number;
  readonly y: number;
  readonly widthPx: number;
  readonly words: string;
  /** Inside its bar. */
  readonly inside: boolean;
}

const width = 1120;
const rightPx = width - 24;
const rowPx = 24;
/** Items that don't fit into this many rows of a lane are drawn below them, without labels. */
const maxRows = 5;
const curvePx = 64;
const lanePadPx = 4;
const laneGapPx = 6;
const dotPx = 7;

/** A generous estimate of the width of 12 px text: fonts differ between machines. */
export const textWidth = (words: string): number => Math.ceil([...words].length * 7.1);

/** Room for a curve's scale, right of its lane's name. */
const scalePx = 62;

/** Lanes in the order of a stream's path; others follow, in order of first appearance. */
const pathOrder = [
  'publisher',
  'broadcaster',
  'pop',
  'proxy',
  'worker',
  'store',
  'origin',
  'segments',
  'edge',
  'viewer',
];

/** `headPx`: height kept free at the top, for a title. */
export function layOut(timeline: Timeline, headPx = 42): TimelineLayout {
  const { marks, spans, levels } = timeline;
  const times = [
    ...marks.map(({ atMs }) => atMs),
    ...spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
    ...levels.flatMap(({ points }) => points.map(({ atMs }) => atMs)),
  ];
  const names = laneNames(timeline);
  // Names are bold and take slightly more room.
  const leftPx = 16 + Math.max(60, ...names.map((name) => textWidth(name) * 1.1)) + scalePx;
  const startMs = Math.min(...times, Number.MAX_SAFE_INTEGER);
  const endMs = Math.max(startMs + 1000, ...times);
  const scale = (rightPx - leftPx) / (endMs - startMs);
  const xOf = (ms: number): number => leftPx + (ms - startMs) * scale;

  const faultMarks = marks.filter(({ lane }) => lane === 'fault').toSorted((a, b) => a.atMs - b.atMs);
  const faults = placeFaults(
    faultMarks.map(({ atMs, words }) => ({ x: xOf(atMs), words })),
    headPx,
  );
  const topPx = headPx + faults.length * 18 + 4;
  const lanes: Lane[] = [];
  let y = topPx;
  for (const name of names) {
    const lane = layOutLane(name, timeline, xOf, y);
    lanes.push(lane);
    y += lane.heightPx + laneGapPx;
  }
  const zeroMs = faultMarks[0]?.atMs ?? startMs;
  return {
    width,
    height: y + 30,
    plot: { leftPx, rightPx, topPx, bottomPx: y },
    lanes,
    faults,
    ticks: ticksOf(startMs, endMs, zeroMs).map((ms) => ({ x: xOf(ms), words: secondsText(ms - zeroMs) })),
  };
}

function laneNames({ marks, spans, levels }: Timeline): string[] {
  const named = [...spans, ...marks, ...levels].map(({ lane }) => lane).filter((lane) => lane !== 'fault');
  const rank = (lane: string): number => {
    const at = pathOrder.findIndex((stage) => lane === stage || lane.startsWith(`${stage} `));
    return at < 0 ? pathOrder.length : at;
  };
  return [...new Set(named)].sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

/** Something with a label at a position: it occupies [from, to] of a row. */
interface Placed {
  readonly from: number;
  readonly to: number;
}

function layOutLane(name: string, timeline: Timeline, xOf: (ms: number) => number, topPx: number): Lane {
  const bars: Lane['bars'][number][] = [];
  const dots: Lane['dots'][number][] = [];
  const labels: PlacedLabel[] = [];
  const rows: Placed[][] = [];
  const levels = timeline.levels.filter(({ lane }) => lane === name && lane !== 'fault');
  const curveTop = topPx + lanePadPx + 8;
  const rowsTop = topPx + lanePadPx + (levels.length > 0 ? curvePx + 14 : 0);
  let overflowed = false;
  /** The top of the first row with room from `from` to `to`; `full` if there is none. */
  const place = (from: number, to: number): { readonly y: number; readonly full: boolean } => {
    const free = rows.findIndex((row) => row.every((one) => to + 6 <= one.from || from >= one.to + 6));
    const full = free < 0 && rows.length >= maxRows;
    const row = full ? maxRows : free < 0 ? rows.push([]) - 1 : free;
    overflowed ||= full;
    if (!full) rows[row]!.push({ from, to });
    return { y: rowsTop + row * rowPx, full };
  };
  for (const { words, fromMs, toMs, tone } of timeline.spans.filter(({ lane }) => lane === name)) {
    const x = xOf(fromMs);
    const widthPx = Math.max(3, xOf(toMs) - x);
    const label = textWidth(words);
    const inside = label + 10 <= widthPx;
    // Beside its bar: to the right if there is room, else to the left.
    const right = x + widthPx + 5;
    const fitsRight = right + label <= rightPx;
    const labelX = inside ? x + 5 : fitsRight ? right : x - label - 5;
    const { y, full } = place(
      inside ? x : Math.min(x, labelX),
      inside || !fitsRight ? x + widthPx : right + label,
    );
    bars.push({ x, y: y + 2, widthPx, tone });
    if (words !== '' && !full) labels.push({ x: labelX, y: y + 15, widthPx: label, words, inside });
  }
  for (const { words, atMs } of timeline.marks.filter(({ lane }) => lane === name)) {
    const x = xOf(atMs);
    const label = textWidth(words);
    const fitsRight = x + dotPx + label <= rightPx;
    const labelX = fitsRight ? x + dotPx : x - dotPx - label;
    const { y, full } = place(Math.min(x - 4, labelX), Math.max(x + 4, labelX + label));
    dots.push({ x, y: y + 11 });
    if (words !== '' && !full) labels.push({ x: labelX, y: y + 15, widthPx: label, words, inside: false });
  }
  const most = Math.max(...levels.flatMap(({ points }) => points.map(({ value }) => value)), 0);
  const curves = levels
    .filter(({ points }) => points.length > 1)
    .map(({ unit, points }) => ({
      points: points.map(
        ({ atMs, value }) => [xOf(atMs), curveTop + curvePx * (1 - (most > 0 ? value / most : 0))] as const,
      ),
      baseY: curveTop + curvePx,
      maxY: curveTop,
      maxLabel: `${Number(most.toPrecision(2))} ${unit}`,
    }));
  const rowCount = Math.max(rows.length, levels.length > 0 ? 0 : 1) + (overflowed ? 1 : 0);
  const heightPx = rowsTop - topPx + rowCount * rowPx + lanePadPx;
  return { name, topPx, heightPx, bars, dots, labels, curves };
}

/** Each fault has its own line above the lanes, so that no two of them collide. */
function placeFaults(
  faults: readonly { readonly x: number; readonly words: string }[],
  headPx: number,
): TimelineLayout['faults'] {
  return faults.map(({ x, words }, index) => {
    const anchor = x + textWidth(words) <= rightPx ? 'start' : 'end';
    return {
      x,
      labelX: anchor === 'start' ? x - 4 : x + 4,
      labelY: headPx + 10 + index * 18,
      anchor,
      words,
    };
  });
}

/** Ten to twenty round moments, one of them the zero. */
function ticksOf(startMs: number, endMs: number, zeroMs: number): number[] {
  const steps = [500, 1000, 2000, 5000, 10_000, 30_000, 60_000, 120_000, 300_000];
  const step = steps.find((each) => (endMs - startMs) / each <= 20) ?? 600_000;
  const first = Math.ceil((startMs - zeroMs) / step);
  const count = Math.floor((endMs - zeroMs) / step) - first + 1;
  return Array.from({ length: count }, (_, index) => zeroMs + (first + index) * step);
}

function secondsText(ms: number): string {
  const seconds = Number((ms / 1000).toFixed(1));
  return seconds > 0 ? `+${seconds}` : String(seconds).replace('-', '−');
}
