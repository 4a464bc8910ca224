import { consoleLooksMs } from '../../../config/console-looks.ts';
import type { Audience } from '../api/types.ts';
import { formatElapsed, formatWhen } from '../model/format.ts';
import { useApi } from '../shell/services.ts';
import { usePolled } from '../ui/use-polled.ts';
import { chartArea, ratioWords, watchTimeWords } from './figures.ts';

/** Who watches: now, at most, and how it goes for them. Shown once somebody has watched. */
export function AudiencePanel({ id }: { id: string }) {
  const api = useApi();
  const { value: audience } = usePolled(() => api.getAudience(id), consoleLooksMs.audience);
  if (audience === undefined || audience.broadcastId === undefined) return null;
  const { viewers, peak, plays, watchTimeMs, startupMs, rebufferRatio } = audience;
  const rows: [name: string, value: string][] = [
    ['Viewers now', viewers.toLocaleString()],
    ['Peak', peak.toLocaleString()],
    ['Views', plays.toLocaleString()],
    ['Watch time', watchTimeWords(watchTimeMs)],
    ['Start-up', startupMs === undefined ? '–' : formatElapsed(startupMs.p50)],
    ['Slowest 5 %', startupMs === undefined ? '–' : formatElapsed(startupMs.p95)],
    ['Rebuffering', rebufferRatio === undefined ? '–' : ratioWords(rebufferRatio)],
  ];
  return (
    <section class="panel" aria-labelledby="audience-title">
      <h2 id="audience-title">Audience</h2>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <ViewersChart series={audience.series} peak={peak} />
    </section>
  );
}

const size = { width: 600, height: 72 };

function ViewersChart({ series, peak }: { series: Audience['series']; peak: number }) {
  const { samples } = series;
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 3) return null;
  const nowMs = Date.now();
  const [from, to] = [formatWhen(Date.parse(first.at), nowMs), formatWhen(Date.parse(last.at), nowMs)];
  return (
    <figure class="audience-chart">
      <svg
        viewBox={`0 0 ${size.width} ${size.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Viewers from ${from} to ${to}, at most ${peak.toLocaleString()}.`}
      >
        <path d={chartArea(samples, size)} />
      </svg>
      <figcaption class="quiet" aria-hidden="true">
        <span>{from}</span>
        <span>{to}</span>
      </figcaption>
    </figure>
  );
}
