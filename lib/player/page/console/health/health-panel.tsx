import type { Stream, StreamEvent } from '../../api/types.ts';
import { formatTimeOfDay } from '../../model/format.ts';
import { verdictWords } from '../../model/health/verdict.ts';
import { Badge } from '../../ui/state-badge.tsx';
import { Countdown, useSighting } from './countdown.tsx';
import { Figures } from './figures.tsx';
import { SamplesTable } from './samples-table.tsx';
import type { HealthWatch } from './use-health.ts';
import { WindowChoice } from './window-choice.tsx';

/** How well what the encoder sends arrives and is encoded: a verdict with its reasons, and the figures behind it. */
export function HealthPanel(props: { stream: Stream; watch: HealthWatch; events: readonly StreamEvent[] }) {
  const { stream, watch, events } = props;
  const { health } = watch;
  const seen = useSighting(stream.state);
  if (health === undefined && seen === undefined) return null;
  const { verdict, since, reasons } = health ?? { verdict: 'none' as const, since: undefined, reasons: [] };
  const { word, shape, says } = verdictWords[verdict];
  const input = stream.broadcast?.input;
  const hasPictures = input === undefined || input.width !== undefined;
  return (
    <section class={`panel health health-${verdict}`} aria-labelledby="health-title">
      <div class="health-head">
        <h2 id="health-title">Stream health</h2>
        <Badge kind={verdict} shape={shape} word={word} />
        {since !== undefined && <span class="quiet small">since {formatTimeOfDay(Date.parse(since))}</span>}
      </div>
      {seen ? <Countdown events={events} seen={seen} windowMs={stream.reconnectWindowMs} /> : <p>{says}</p>}
      {reasons.length > 0 && (
        <ul class="reasons">
          {reasons.map(({ code, message, advice }) => (
            <li key={code}>
              <strong>{message}</strong> {advice}
            </li>
          ))}
        </ul>
      )}
      {health && (
        <>
          <Figures health={health} window={watch.window} hasPictures={hasPictures} />
          <div class="health-foot">
            <WindowChoice wanted={watch.wanted} onChoose={watch.choose} />
            <SamplesTable series={health.series} hasPictures={hasPictures} />
          </div>
        </>
      )}
    </section>
  );
}
