import { median, percentile } from '../../testkit/report/statistics.ts';
import { figure } from '../../testkit/report/table.ts';
import type { Round } from './rounds.ts';

/**
 * One row for each place that a picture gets to: the platform, each tier (the object store beside the live origin, not behind it), each
 * player's screen. Columns: server, place, p50 and p95 since the arrival at the platform, p50 since the capture, what this stage adds
 * (medians' difference; none for the object store, which is on no viewer's way in low latency), pieces.
 */
export function stageRows({ server, captureMs, stages, seen }: Round): string[][] {
  const capture = median(captureMs);
  const rows = [[server, 'platform', '0', '0', figure(capture), figure(capture), String(captureMs.length)]];
  let beforeMs = 0;
  for (const [tier, ms] of stages) {
    const p50 = median(ms);
    const isAside = tier === 'object store' && stages.has('live origin') && stages.has('worker');
    const added = isAside ? '–' : figure(p50 - beforeMs);
    rows.push([
      ...[server, tier, figure(p50), figure(percentile(ms, 95)), figure(capture + p50), added],
      String(ms.length),
    ]);
    if (!isAside && Number.isFinite(p50)) beforeMs = p50;
  }
  for (const [player, { p50, p95 }] of seen) {
    const [since, late] = [p50 * 1_000 - capture, p95 * 1_000 - capture];
    rows.push([
      ...[server, `screen, ${player}`, figure(since), figure(late), figure(p50 * 1_000)],
      ...[figure(since - beforeMs), ''],
    ]);
  }
  return rows;
}
