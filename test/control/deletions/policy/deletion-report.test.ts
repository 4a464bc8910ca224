import { expect, test } from '@jest/globals';
import { deletionReport } from '../../../../lib/control/deletions/policy/deletion-report.ts';
import type { Deletion, DeletionStep } from '../../../../lib/control-store/deletions.ts';

const dayMs = 86_400_000;
const askedAtMs = Date.UTC(2026, 10, 1);
const after = (...steps: DeletionStep[]): Deletion['done'] =>
  steps.map((step, at) => ({ step, atMs: askedAtMs + at * 1_000 }));
const report = (changes: Partial<Deletion>, quarantineDays?: number) =>
  deletionReport({ recordings: 'delete', askedAtMs, done: [], ...changes }, quarantineDays);

test.each<[string, Partial<Deletion>, number | undefined, ReturnType<typeof report>]>([
  [
    'nothing is done yet, and the edge is away',
    { waiting: { deny: 'Failed and will be retried: the edge did not respond.' } },
    undefined,
    {
      detail:
        'Viewers can still reach it: Failed and will be retried: the edge did not respond. The recordings are being deleted; this continues in the background.',
    },
  ],
  [
    'dark, with objects left',
    { done: after('records', 'deny') },
    undefined,
    {
      darkAfterMs: 1_000,
      detail: 'Viewers get “gone” (410). The recordings are being deleted; this continues in the background.',
    },
  ],
  [
    'kept, with objects still to be moved',
    { recordings: 'keep', done: after('deny', 'records') },
    30,
    {
      darkAfterMs: 0,
      keptUntilMs: askedAtMs + 32 * dayMs,
      detail:
        'Viewers get “gone” (410). The recordings are being moved to storage that no viewer can reach, and stay there until 2026-12-03T00:00:00.000Z at the latest.',
    },
  ],
  [
    'kept, where storage has no rules',
    { recordings: 'keep', done: after('deny', 'records', 'invalidate', 'objects') },
    undefined,
    {
      darkAfterMs: 0,
      goneUntilMs: askedAtMs + 3_000 + dayMs,
      detail:
        'Viewers get “gone” (410) until 2026-11-02T00:00:03.000Z, then “not found” (404). The recordings stay in storage that no viewer can reach, until someone deletes them.',
    },
  ],
  [
    'all gone',
    { done: after('deny', 'records', 'objects', 'invalidate') },
    30,
    {
      darkAfterMs: 0,
      goneUntilMs: askedAtMs + 3_000 + dayMs,
      detail:
        'Viewers get “gone” (410) until 2026-11-02T00:00:03.000Z, then “not found” (404). The recordings have been deleted.',
    },
  ],
])('what is said of a deletion: %s', (_, changes, quarantineDays, expected) => {
  expect(report(changes, quarantineDays)).toEqual(expected);
});
