import type { Broadcast } from '../api/types.ts';
import { formatBitrate, formatCodec, formatFrameRate, formatWhen } from '../model/format.ts';
import { noFigure } from '../model/health/figures.ts';

/**
 * What the broadcaster's encoder sends, and which worker and proxy handle it. `isAway`: the encoder has left, so nothing of that is
 * current. `isMeasured`: the page shows measured figures elsewhere.
 */
export function InputPanel(props: { broadcast: Broadcast; isAway: boolean; isMeasured: boolean }) {
  const { broadcast, isAway, isMeasured } = props;
  const { workerId, startedAt } = broadcast;
  const input = isAway ? undefined : broadcast.input;
  const found: readonly (readonly [name: string, value: string | undefined])[] = [
    ['Bitrate', input && formatBitrate(input.bitrateBps)],
    ['Frame rate', input?.frameRate === undefined ? undefined : formatFrameRate(input.frameRate)],
  ];
  const rows: readonly (readonly [name: string, value: string | undefined])[] = [
    ...(isMeasured ? [] : found),
    ['Resolution', input && (input.width === undefined ? 'Sound only' : `${input.width} × ${input.height}`)],
    ['Codecs', input && [input.videoCodec, input.audioCodec].filter(isText).map(formatCodec).join(' + ')],
    ['Encoder', input?.encoder],
    ['Worker', workerId],
    ['Proxy', isAway ? undefined : broadcast.proxyId],
    ['On air since', formatWhen(Date.parse(startedAt), Date.now())],
  ];
  return (
    <section class="panel" aria-labelledby="input-title">
      <h2 id="input-title">Input</h2>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? noFigure}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const isText = (value: string | undefined): value is string => value !== undefined && value !== '';
