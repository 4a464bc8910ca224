import { describe, expect, test } from '@jest/globals';
import { XMLValidator } from 'fast-xml-parser';
import type { Timeline } from '../../drill/timeline.ts';
import { layOut, textWidth } from '../../drill/timeline-layout.ts';
import { timelineSvg } from '../../drill/timeline-svg.ts';

/** Many things at once, at both ends, too. */
const crowded: Timeline = {
  marks: [
    { lane: 'fault', words: 'kill -9 of encoder-1', atMs: 9_000 },
    { lane: 'fault', words: 'a second fault with many words, near the end', atMs: 29_500 },
    ...Array.from({ length: 15 }, (_, number) => ({
      lane: 'segments',
      words: String(number),
      atMs: 2000 * number,
    })),
    ...[0, 1, 2].map((index) => ({
      lane: 'worker encoder-1',
      words: 'ended (SIGKILL)',
      atMs: 9_000 + index,
    })),
    { lane: 'proxy ingest-1', words: 'something at the very end', atMs: 30_000 },
  ],
  spans: [
    { lane: 'publisher', words: 'session 1', fromMs: 1000, toMs: 30_000, tone: 'neutral' },
    { lane: 'worker encoder-1', words: 'encodes', fromMs: 2000, toMs: 9000, tone: 'neutral' },
    {
      lane: 'worker encoder-1',
      words: 'a long remark on a short span',
      fromMs: 8990,
      toMs: 9010,
      tone: 'bad',
    },
    {
      lane: 'worker encoder-2',
      words: 'a long remark on a short span',
      fromMs: 29_900,
      toMs: 30_000,
      tone: 'bad',
    },
  ],
  levels: [
    {
      lane: 'viewer buffer',
      unit: 's',
      points: [
        { atMs: 6000, value: 6 },
        { atMs: 8000, value: 4 },
        { atMs: 8000, value: 6 },
      ],
    },
  ],
};

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}
const overlap = (a: Box, b: Box) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

describe('the layout of a timeline', () => {
  const layout = layOut(crowded);

  test('no label overlaps another label, a foreign bar or a dot, and none leaves the picture', () => {
    for (const { labels, bars, dots, topPx, heightPx } of layout.lanes) {
      const words: Box[] = labels.map(({ x, y, widthPx }) => ({
        left: x,
        right: x + widthPx,
        top: y - 11,
        bottom: y + 3,
      }));
      const shapes: Box[] = [
        ...bars.map(({ x, y, widthPx }) => ({ left: x, right: x + widthPx, top: y, bottom: y + 18 })),
        ...dots.map(({ x, y }) => ({ left: x - 3.5, right: x + 3.5, top: y - 3.5, bottom: y + 3.5 })),
      ];
      words.forEach((box, index) => {
        expect(words.filter((other, at) => at > index && overlap(box, other))).toEqual([]);
        const around = shapes.filter((shape) => overlap(box, shape));
        expect(around).toHaveLength(labels[index]!.inside ? 1 : 0);
        expect(box.left).toBeGreaterThanOrEqual(0);
        expect(box.right).toBeLessThanOrEqual(layout.width);
        expect(box.top).toBeGreaterThanOrEqual(topPx);
        expect(box.bottom).toBeLessThanOrEqual(topPx + heightPx);
      });
    }
  });

  test('lanes follow a stream from its publisher to its viewer, one below the other', () => {
    expect(layout.lanes.map(({ name }) => name)).toEqual([
      ...['publisher', 'proxy ingest-1', 'worker encoder-1', 'worker encoder-2', 'segments', 'viewer buffer'],
    ]);
    layout.lanes.forEach(({ topPx }, index) => {
      const above = layout.lanes[index - 1];
      if (above) expect(topPx).toBeGreaterThanOrEqual(above.topPx + above.heightPx);
    });
  });

  test('the axis has its zero at the first fault, in whole seconds', () => {
    const zero = layout.ticks.find(({ words }) => words === '0');
    expect(zero?.x).toBeCloseTo(layout.faults[0]!.x);
    expect(layout.ticks[0]?.words).toBe('−8');
    expect(layout.ticks.at(-1)?.words).toBe('+20');
  });

  test('fault labels are inside the picture, each on its own line', () => {
    const [first, second] = layout.faults;
    expect(second!.labelY).toBeGreaterThan(first!.labelY);
    expect(second!.anchor).toBe('end');
    expect(first!.labelX + textWidth('kill -9 of encoder-1')).toBeLessThan(layout.width);
  });
});

test('an overfull lane stays low, and its labels still do not overlap', () => {
  const marks = Array.from({ length: 300 }, (_, index) => ({
    lane: 'store',
    words: 'refused',
    atMs: index * 20,
  }));
  const [lane] = layOut({ marks, spans: [], levels: [] }).lanes;
  expect(lane!.dots).toHaveLength(300);
  expect(lane!.heightPx).toBeLessThan(200);
  const rows = Map.groupBy(lane!.labels, ({ y }) => y);
  for (const labels of rows.values()) {
    const ends = labels.map(({ x, widthPx }) => [x, x + widthPx]).sort((a, b) => a[0]! - b[0]!);
    ends.slice(1).forEach(([left], index) => {
      expect(left).toBeGreaterThan(ends[index]![1]!);
    });
  }
});

test('the picture is well-formed, whatever its labels contain', () => {
  const marks = [{ lane: 'a & b', words: '"<kill>"', atMs: 1 }];
  expect(XMLValidator.validate(timelineSvg('x < y & "z"', 'a & b', { marks, spans: [], levels: [] }))).toBe(
    true,
  );
  expect(XMLValidator.validate(timelineSvg('crowded', 'many words '.repeat(40), crowded))).toBe(true);
  expect(XMLValidator.validate(timelineSvg('nothing', '', { marks: [], spans: [], levels: [] }))).toBe(true);
});
