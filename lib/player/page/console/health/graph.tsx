import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import type { HealthWindow } from '../../api/types.ts';
import { type Figure, type Points, scaleOf } from '../../model/health/figures.ts';

interface GraphProps {
  readonly library: typeof uPlot;
  readonly figure: Figure;
  readonly points: Points;
  readonly window: HealthWindow;
  /** The time under the pointer, in seconds since 1970. */
  readonly onPoint: (at: number | undefined) => void;
}

const recentSeconds = 600;
/** A graph that covers less would have several times the same label. */
const leastSeconds = 120;
const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440];
const heightPx = 72;
const labelGapPx = 4;
const rightPx = 6;

const labelFont = (scale: number): string => `${11 * scale}px system-ui, sans-serif`;

/** How much larger than usual the reader wants text: a canvas doesn't follow by itself. */
const textScale = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** One figure over time. */
export function Graph(props: GraphProps) {
  const { library, points, window } = props;
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const now = useRef(props);
  now.current = props;

  useLayoutEffect(() => {
    const element = place.current;
    if (element === null) return;
    const scale = textScale();
    const size = () => ({ width: element.clientWidth, height: heightPx * scale });
    const drawn = new library({ ...optionsOf(now, library, scale), ...size() }, dataOf(points), element);
    plot.current = drawn;
    const watched = new ResizeObserver(() => drawn.setSize(size()));
    watched.observe(element);
    // A canvas doesn't follow the page's colours by itself.
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => drawn.redraw(false);
    scheme.addEventListener('change', redraw);
    return () => {
      scheme.removeEventListener('change', redraw);
      watched.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [library]);

  useEffect(() => plot.current?.setData(dataOf(points)), [points, window]);

  return <div ref={place} />;
}

/** One point at least: without one there are no axes. */
const dataOf = ([times, values]: Points): uPlot.AlignedData =>
  times.length === 0 ? [[Date.now() / 1000], [null]] : [[...times], [...values]];

/** The role's colour as it is now, in light or dark. */
const colour = (role: string) => () =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim();

function optionsOf(
  now: { readonly current: GraphProps },
  library: typeof uPlot,
  scale: number,
): Omit<uPlot.Options, 'width' | 'height'> {
  const { figure } = now.current;
  const axis = {
    stroke: colour('quiet'),
    font: labelFont(scale),
    gap: labelGapPx,
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  return {
    legend: { show: false },
    padding: [8, rightPx, 0, 0],
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      sync: { key: 'health', setSeries: false },
      points: { size: 7 },
    },
    scales: {
      x: { time: true, range: (_, first, last) => timesShown(now.current.window, first, last) },
      y: { range: () => scaleOf(figure, now.current.points[1]) },
    },
    axes: [
      {
        ...axis,
        size: 20 * scale,
        space: 64 * scale,
        // Labels have no seconds.
        incrs: minutes.map((count) => 60 * count),
        values: (plot, splits) => splits.map((at) => fittingTime(plot, at, scale)),
      },
      {
        ...axis,
        size: (plot, values) =>
          labelGapPx + Math.max(44 * scale, ...(values ?? []).map((label) => widthOf(plot, label, scale))),
        space: 26 * scale,
        values: (_, splits) => splits.map((value) => (figure.tick ?? figure.format)(value)),
      },
    ],
    series: [
      {},
      {
        stroke: colour('accent'),
        fill: colour('accent-soft'),
        width: 1.5,
        points: { show: false },
        ...(library.paths.linear && { paths: library.paths.linear() }),
      },
    ],
    hooks: {
      setCursor: [
        ({ cursor: { idx, left = -1 }, data }) =>
          now.current.onPoint(left < 0 || idx === null || idx === undefined ? undefined : data[0][idx]),
      ],
    },
  };
}

/** Up to ten minutes until now, also if there was no encoder for a part of them; or all there is. */
function timesShown(window: HealthWindow, first: number, last: number): [first: number, last: number] {
  if (window === 'broadcast') return [first, Math.max(last, first + leastSeconds)];
  const clock = Date.now() / 1000;
  // Beyond that the two clocks differ.
  const end = Math.abs(clock - last) < recentSeconds ? Math.max(clock, last) : last;
  return [Math.max(end - recentSeconds, Math.min(first, end - leastSeconds)), end];
}

/** How wide a label is. Units, times and fonts differ from reader to reader. */
function widthOf({ ctx }: uPlot, label: string, scale: number): number {
  ctx.save();
  ctx.font = labelFont(scale);
  const { width } = ctx.measureText(label);
  ctx.restore();
  return Math.ceil(width);
}

/** A label in the middle of its time; none where it would run into the other axis, or out of the graph. */
function fittingTime(plot: uPlot, at: number, scale: number): string {
  const label = shortTime(at);
  const place = plot.valToPos(at, 'x');
  const room = plot.bbox.width / devicePixelRatio + rightPx - place;
  return place < 20 * scale || room < widthOf(plot, label, scale) / 2 ? '' : label;
}

const shortTime = (at: number): string =>
  new Date(at * 1000).toLocaleTimeString([], { hour: 'numeric', minute: '2-digit' });
