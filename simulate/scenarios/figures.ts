import { arrivalLimits } from '../../lib/ingest/policy/arrival-limits.ts';
import { percentile } from '../../testkit/report/statistics.ts';
import type { Ledger } from '../cell/ledger.ts';
import type { TargetTracking } from '../cell/scaling.ts';
import type { Figure } from '../model.ts';
import type { Demand } from '../world/demand.ts';

export const figure = (name: string, value: number, unit: Figure['unit'] = '', note?: string): Figure => ({
  name,
  value,
  unit,
  ...(note === undefined ? {} : { note }),
});

/** p50, p95 and the most of times in ms, in seconds; nothing if there are none. */
export function spreadOf(name: string, timesMs: readonly number[]): Figure[] {
  if (timesMs.length === 0) return [];
  const at = (percent: number): number => percentile(timesMs, percent) / 1000;
  return [
    figure(`${name}: how many`, timesMs.length),
    figure(`${name}: p50`, at(50), 's'),
    figure(`${name}: p95`, at(95), 's'),
    figure(`${name}: most`, at(100), 's'),
  ];
}

/** Queues, and the busiest second of everything that AWS limits. */
export function loadFigures(ledger: Ledger, nowMs: number): Figure[] {
  return [
    figure('broadcasters waiting for a worker, most at once', ledger.mostWaiting),
    figure(
      'connections in the fullest waiting room',
      ledger.fullestRoom,
      '',
      `limit ${arrivalLimits.most} a proxy`,
    ),
    figure('times that no encoder had room', ledger.unserved),
    figure('connections that met a full proxy', ledger.fullProxies),
    figure('workers asked', ledger.asked),
    figure('refusals by workers', ledger.refusals),
    ...ledger.settle(nowMs).flatMap((demand) => demandFigures(demand, nowMs)),
  ];
}

function demandFigures({ name, peak, limit, secondsOver, queued }: Demand, nowMs: number): Figure[] {
  const busiest = figure(`${name}: busiest second`, peak, '/s', `limit ${limit}`);
  if (secondsOver === 0) return [busiest];
  const over = figure(`${name}: time above the limit`, secondsOver, 's');
  const isBurst = secondsOver * 2000 < nowMs;
  return isBurst ? [busiest, over, figure(`${name}: longest queue at the limit`, queued)] : [busiest, over];
}

/** When the workers' fleet began to grow, and to what. */
export function scalingFigures({ decisions }: TargetTracking, sinceMs: number): Figure[] {
  const [first] = decisions;
  if (!first) return [];
  return [
    figure('the workers begin to grow after', (first.atMs - sinceMs) / 1000, 's'),
    figure('the workers grow to, in tasks', decisions.at(-1)!.to),
  ];
}
