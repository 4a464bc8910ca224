import type { HealthNow, HealthPast, HealthRow, HealthSample, HealthSeriesRecord } from './health-record.ts';

/** How often a sample is taken. */
export const healthStepMs = 5_000;
/** Steps of ten minutes. */
export const recentSamples = 120;
/** What went before is written once in so many steps. */
export const pastEverySteps = 12;
/** A few more: if a write fails, nothing is missing. */
export const latestSamples = 14;
/** A whole broadcast has so many points at most, however long it is. */
export const wholeSamples = 240;

/** `latest` and `recent` forget old samples; `whole` keeps all, ever more coarsely. */
export type SeriesKind = 'latest' | 'recent' | 'whole';

/** The series that `sample` has been added to. One that comes in the step of the last one, or before it, is averaged with that. */
export function addSample(
  series: HealthSeriesRecord | undefined,
  sample: HealthSample,
  kind: SeriesKind,
): HealthSeriesRecord {
  const { startMs, stepMs, rows } = series ?? { startMs: sample.atMs, stepMs: healthStepMs, rows: [] };
  const samplesIn = stepMs / healthStepMs;
  const step = Math.floor(Math.round((sample.atMs - startMs) / healthStepMs) / samplesIn);
  const row = packSample(step, sample);
  const last = rows.at(-1);
  const next = last && last[0]! >= step ? [...rows.slice(0, -1), merged(last, row)] : [...rows, row];
  if (kind !== 'whole') {
    const oldest = next.at(-1)![0]! - (kind === 'recent' ? recentSamples : latestSamples);
    return { startMs, stepMs, rows: next.filter(([at]) => at! > oldest) };
  }
  return next.length > wholeSamples
    ? { startMs, stepMs: 2 * stepMs, rows: halved(next) }
    : { startMs, stepMs, rows: next };
}

/** What is stored, as samples; oldest first. */
export const samplesOf = ({ startMs, stepMs, rows }: HealthSeriesRecord): HealthSample[] =>
  rows.map((row) => unpackRow(row, startMs, stepMs));

/** Columns of a row. `step`: in lengths of a row, since the start of the series. `weight`: samples that it is the average of. */
const columns = {
  step: 0,
  weight: 1,
  videoKbps: 2,
  audioKbps: 3,
  tenthsOfPictures: 4,
  lostPictures: 5,
  gapMs: 6,
  keyFrameIntervalMs: 7,
  avOffsetMs: 8,
  speedPercent: 9,
} as const;
/** Of several rows the sum or the worst counts; of all others, the average. */
const summed: ReadonlySet<number> = new Set([columns.weight, columns.lostPictures]);
const worst: ReadonlySet<number> = new Set([columns.gapMs, columns.keyFrameIntervalMs]);

function packSample(step: number, sample: HealthSample): HealthRow {
  const { videoBps, audioBps, frameRate, lostPictures, gapMs } = sample;
  const { keyFrameIntervalMs, avOffsetMs, encoderSpeed } = sample;
  return [
    step,
    1,
    Math.round(videoBps / 1_000),
    Math.round(audioBps / 1_000),
    Math.round(frameRate * 10),
    lostPictures,
    Math.round(gapMs),
    rounded(keyFrameIntervalMs),
    rounded(avOffsetMs),
    rounded(encoderSpeed === undefined ? undefined : encoderSpeed * 100),
  ];
}

function unpackRow(row: HealthRow, startMs: number, stepMs: number): HealthSample {
  const of = (column: keyof typeof columns): number => row[columns[column]] ?? 0;
  const known = (column: keyof typeof columns): number | undefined => row[columns[column]] ?? undefined;
  const speed = known('speedPercent');
  return {
    atMs: startMs + of('step') * stepMs,
    videoBps: of('videoKbps') * 1_000,
    audioBps: of('audioKbps') * 1_000,
    frameRate: of('tenthsOfPictures') / 10,
    lostPictures: of('lostPictures'),
    gapMs: of('gapMs'),
    keyFrameIntervalMs: known('keyFrameIntervalMs'),
    avOffsetMs: known('avOffsetMs'),
    encoderSpeed: speed === undefined ? undefined : speed / 100,
  };
}

/** `b` is added to `a`, whose place it takes. */
function merged(a: HealthRow, b: HealthRow): HealthRow {
  const [weightA, weightB] = [a[columns.weight]!, b[columns.weight]!];
  return a.map((left, column) => {
    const right = b[column] ?? null;
    if (column === columns.step) return left;
    if (left === null || right === null) return left ?? right;
    if (summed.has(column)) return left + right;
    if (worst.has(column)) return Math.max(left, right);
    return Math.round((left * weightA + right * weightB) / (weightA + weightB));
  });
}

/** The same in steps of twice the length. */
function halved(rows: readonly HealthRow[]): HealthRow[] {
  const result: HealthRow[] = [];
  for (const [step, ...rest] of rows) {
    const row: HealthRow = [Math.floor(step! / 2), ...rest];
    const last = result.at(-1);
    if (last && last[0] === row[0]) result[result.length - 1] = merged(last, row);
    else result.push(row);
  }
  return result;
}

const rounded = (value: number | undefined): number | null =>
  value === undefined ? null : Math.round(value);

/** The series of a broadcast as both documents together have it; undefined if there is nothing. */
export function storedSeries(
  now: HealthNow | undefined,
  past: HealthPast | undefined,
  kind: Exclude<SeriesKind, 'latest'>,
): HealthSeriesRecord | undefined {
  const latest = now ? samplesOf(now.latest) : [];
  return latest
    .filter(({ atMs }) => atMs > (past?.throughMs ?? 0))
    .reduce<HealthSeriesRecord | undefined>((all, sample) => addSample(all, sample, kind), past?.[kind]);
}
