import type { DrillContext, LevelPoint, Tone } from './model.ts';

/** What a run added to its timeline; times in ms since it began. */
export interface Timeline {
  readonly marks: readonly { readonly lane: string; readonly words: string; readonly atMs: number }[];
  readonly spans: readonly {
    readonly lane: string;
    readonly words: string;
    readonly fromMs: number;
    readonly toMs: number;
    readonly tone: Tone;
  }[];
  readonly levels: readonly {
    readonly lane: string;
    readonly unit: string;
    readonly points: readonly LevelPoint[];
  }[];
}

/**
 * Returns a context that records what a run reports; anything that never happened (a time of NaN) is left out. The run begins
 * now.
 */
export function recordTimeline(seed: number): {
  readonly context: DrillContext;
  readonly timeline: Timeline;
} {
  const beganMs = performance.now();
  const now = () => performance.now() - beganMs;
  const marks: Timeline['marks'][number][] = [];
  const spans: Timeline['spans'][number][] = [];
  const levels: Timeline['levels'][number][] = [];
  const context: DrillContext = {
    seed,
    now,
    mark(lane, words, atMs = now()) {
      if (Number.isFinite(atMs)) marks.push({ lane, words, atMs });
    },
    span(lane, words, fromMs, toMs, tone = 'neutral') {
      if (Number.isFinite(fromMs) && Number.isFinite(toMs)) spans.push({ lane, words, fromMs, toMs, tone });
    },
    level: (lane, unit, points) => void levels.push({ lane, unit, points }),
  };
  return { context, timeline: { marks, spans, levels } };
}
