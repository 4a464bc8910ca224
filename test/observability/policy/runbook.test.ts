import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { AlarmRow } from '../../../lib/observability/policy/alarm-definition.ts';
import { regionAlarms } from '../../../lib/observability/policy/alarm-table.ts';
import { edgeAlarms } from '../../../lib/observability/policy/alarms/edge.ts';
import type { EventKind } from '../../../lib/telemetry/event.ts';
import { events } from '../../../lib/telemetry/events.ts';

const rows: readonly AlarmRow[] = [...Object.values(regionAlarms), ...Object.values(edgeAlarms)];
const runbook = readFileSync(new URL('../../../docs/runbook.md', import.meta.url), 'utf8');
/** Text by heading, without the groups' headings. */
const sections = new Map(
  runbook
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...text] = section.split('\n');
      return [heading, text.join('\n').split(/^## /m)[0] ?? ''] as const;
    }),
);
const namedEvents = (text: string): string[] =>
  [
    ...text.matchAll(
      /["`]((?:ingest|encoder|edge|audience|control|managed|push|process|canary)\.[a-z.-]+)["`]/g,
    ),
  ].map(([, name]) => name ?? '');

describe('the runbook', () => {
  test('has a heading for each alarm, in the order of the path, and no other', () => {
    expect([...sections.keys()]).toEqual(rows.map(({ title }) => title));
  });

  test.each(rows)('says of "$title" what it means, where to look and what to do', ({ title, reads }) => {
    const text = sections.get(title) ?? '';
    expect([...text.matchAll(/^\*\*(\w+)\.\*\*/gm)].map(([, word]) => word)).toEqual([
      'Meaning',
      'Diagnose',
      'Fix',
    ]);
    if ('aws' in reads) return;
    const carriers = Object.entries<EventKind<object>>(events)
      .filter(([, { metrics }]) => metrics && reads.metric in metrics)
      .map(([name]) => name);
    expect(namedEvents(text)).toEqual(expect.arrayContaining(carriers));
  });

  test('names only events that there are', () => {
    const named = namedEvents(runbook);
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((name) => !(name in events))).toEqual([]);
  });

  test('sends nobody to a heading that is not there', () => {
    const links = [...runbook.matchAll(/(?:go to|see|read on at)\s+"([^"]+)"/gi)].map(([, title]) =>
      title?.replace(/\s+/g, ' '),
    );
    expect(links.length).toBeGreaterThan(10);
    for (const title of links) expect([...sections.keys()]).toContain(title);
  });
});
