import { median } from '../../testkit/report/statistics.ts';
import type { ScreenReport } from '../../testkit/screen/watch.ts';

/** What was on a screen after a fault. */
export interface AfterFault {
  /** Times without a new picture. */
  readonly stalls: number;
  readonly longestStallMs: number;
  /** Pictures that are not the one of their time: without a clock, or of another time than the broadcast's others say. */
  readonly wrong: number;
  /** How much further behind the broadcaster the last pictures are than those before the fault. */
  readonly furtherBehindMs: number;
}

/** How far a picture's clock may be off its place in the broadcast: it says when it was encoded, on a busy machine. */
const clockSlackMs = 300;
const lastMs = 3000;

/** `faultAtMs`: Unix ms. NaN where nothing was shown. */
export function afterFault({ pictures, freezes }: ScreenReport, faultAtMs: number): AfterFault {
  const before = pictures.filter(({ shownAtMs }) => shownAtMs < faultAtMs);
  const later = pictures.filter(({ shownAtMs }) => shownAtMs >= faultAtMs);
  const begins = medianOf(
    before,
    ({ capturedAtMs = Number.NaN, mediaTime }) => capturedAtMs - mediaTime * 1000,
  );
  const wrong = later.filter(
    ({ capturedAtMs = Number.NaN, mediaTime }) =>
      !(Math.abs(capturedAtMs - mediaTime * 1000 - begins) <= clockSlackMs),
  );
  // A picture that stood when the fault came and longer than any other counts, too.
  const stalls = freezes.filter(({ atMs, ms }) => atMs + ms >= faultAtMs).map(({ ms }) => ms);
  const endMs = later.at(-1)?.shownAtMs ?? Number.NaN;
  const last = later.filter(({ shownAtMs }) => shownAtMs >= endMs - lastMs);
  return {
    stalls: stalls.length,
    longestStallMs: Math.max(0, ...stalls),
    wrong: later.length === 0 ? Number.NaN : wrong.length,
    furtherBehindMs: medianOf(last, behind) - medianOf(before, behind),
  };
}

type Picture = ScreenReport['pictures'][number];

const behind = ({ shownAtMs, capturedAtMs = Number.NaN }: Picture): number => shownAtMs - capturedAtMs;

const medianOf = (pictures: readonly Picture[], of: (picture: Picture) => number): number =>
  median(pictures.map(of).filter((value) => !Number.isNaN(value)));
