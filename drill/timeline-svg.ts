import type { Timeline } from './timeline.ts';
import { type Lane, layOut, type TimelineLayout } from './timeline-layout.ts';
import { wrapWords } from './wrap-words.ts';

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** One palette per colour scheme of the viewer; tones also differ in lightness. */
const style = `
  svg { --paper: #ffffff; --ink: #1f2328; --faint: #656d76; --line: #d8dee4; --lane: #f6f8fa;
    --good: #2da44e; --bad: #cf222e; --fault: #bf8700; --neutral: #54a3ff; --on: #10151a; }
  @media (prefers-color-scheme: dark) { svg { --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --line: #30363d;
    --lane: #151b23; --good: #3fb950; --bad: #ff7b72; --fault: #e3b341; --neutral: #58a6ff; --on: #0d1117; } }
  text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: var(--ink); }
  .title { font-size: 15px; font-weight: 600; }
  .name { font-weight: 600; }
  .tick { fill: var(--faint); font-size: 11px; }
  .grid { stroke: var(--line); }
  .on { fill: var(--on); }
  .curve { fill: none; stroke: var(--neutral); stroke-width: 2; stroke-linejoin: round; }
  .area { fill: var(--neutral); opacity: 0.18; }
  .faultline { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 4 3; }
  .faultwords { fill: var(--bad); font-weight: 600; }
  .dot { fill: var(--ink); }
  .good { fill: var(--good); } .bad { fill: var(--bad); } .fault { fill: var(--fault); } .neutral { fill: var(--neutral); }
`;

/** How many letters fit into a line of the picture. */
const subtitleLetters = 150;

/** The timeline of one run as a self-contained SVG; lanes from top to bottom, seconds from left to right. */
export function timelineSvg(title: string, subtitle: string, timeline: Timeline): string {
  const lines = wrapWords(subtitle, subtitleLetters);
  const layout = layOut(timeline, 36 + lines.length * 16);
  const { width, height } = layout;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${escapeXml(title)}</title>
<style>${style}</style>
<rect width="${width}" height="${height}" fill="var(--paper)"/>
<text class="title" x="16" y="26">${escapeXml(title)}</text>
${lines.map((line, index) => `<text x="16" y="${44 + index * 16}">${escapeXml(line)}</text>`).join('\n')}
${layout.lanes.map((lane) => backgroundSvg(lane, layout)).join('\n')}
${axisSvg(layout)}
${layout.lanes.map((lane) => laneSvg(lane, layout)).join('\n')}
${faultsSvg(layout)}
</svg>
`;
}

const r = (value: number): string => value.toFixed(1);

const backgroundSvg = ({ name, topPx, heightPx }: Lane, { width }: TimelineLayout): string =>
  `<rect x="8" y="${r(topPx)}" width="${width - 16}" height="${r(heightPx)}" rx="4" fill="var(--lane)"/>` +
  `<text class="name" x="16" y="${r(topPx + 19)}">${escapeXml(name)}</text>`;

function laneSvg({ bars, dots, labels, curves }: Lane, { plot }: TimelineLayout): string {
  return [
    ...curves.flatMap(({ points, baseY, maxLabel, maxY }) => [
      `<path class="area" d="M${points.map(([x, y]) => `${r(x)} ${r(y)}`).join('L')}L${r(points.at(-1)![0])} ${r(baseY)}L${r(points[0]![0])} ${r(baseY)}Z"/>`,
      `<path class="curve" d="M${points.map(([x, y]) => `${r(x)} ${r(y)}`).join('L')}"/>`,
      `<text class="tick" x="${plot.leftPx - 8}" y="${r(maxY + 4)}" text-anchor="end">${escapeXml(maxLabel)}</text>`,
      `<text class="tick" x="${plot.leftPx - 8}" y="${r(baseY + 4)}" text-anchor="end">0</text>`,
    ]),
    ...bars.map(
      ({ x, y, widthPx, tone }) =>
        `<rect class="${tone}" x="${r(x)}" y="${r(y)}" width="${r(widthPx)}" height="18" rx="3"/>`,
    ),
    ...dots.map(({ x, y }) => `<circle class="dot" cx="${r(x)}" cy="${r(y)}" r="3.5"/>`),
    ...labels.map(
      ({ x, y, words, inside }) =>
        `<text${inside ? ' class="on"' : ''} x="${r(x)}" y="${r(y)}">${escapeXml(words)}</text>`,
    ),
  ].join('\n');
}

function axisSvg({ plot, ticks }: TimelineLayout): string {
  return [
    ...ticks.map(
      ({ x, words }) =>
        `<line class="grid" x1="${r(x)}" y1="${r(plot.topPx)}" x2="${r(x)}" y2="${r(plot.bottomPx + 5)}" opacity="0.6"/>` +
        `<text class="tick" x="${r(x)}" y="${r(plot.bottomPx + 19)}" text-anchor="middle">${words}</text>`,
    ),
    `<text class="tick" x="16" y="${r(plot.bottomPx + 19)}">seconds</text>`,
  ].join('\n');
}

function faultsSvg({ faults, plot }: TimelineLayout): string {
  return faults
    .map(
      ({ x, labelX, labelY, anchor, words }) =>
        `<line class="faultline" x1="${r(x)}" y1="${r(labelY + 5)}" x2="${r(x)}" y2="${r(plot.bottomPx)}"/>` +
        `<text class="faultwords" x="${r(labelX)}" y="${r(labelY)}" text-anchor="${anchor}">${escapeXml(words)}</text>`,
    )
    .join('\n');
}
