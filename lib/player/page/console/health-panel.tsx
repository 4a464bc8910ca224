import type { Broadcast } from '../api/types.ts';
import { formatBitrate, formatCodec, formatFrameRate, formatWhen } from '../model/format.ts';

/** What the broadcaster's encoder sends, and which worker and proxy handle it. */
export function HealthPanel({ broadcast }: { broadcast: Broadcast }) {
  const { input, workerId, proxyId, startedAt } = broadcast;
  const rows: [name: string, value: string | undefined][] = [
    ['Bitrate', input && formatBitrate(input.bitrateBps)],
    ['Frame rate', input?.frameRate === undefined ? undefined : formatFrameRate(input.frameRate)],
    ['Resolution', input && (input.width === undefined ? 'Sound only' : `${input.width} × ${input.height}`)],
    ['Codecs', input && [input.videoCodec, input.audioCodec].filter(isText).map(formatCodec).join(' + ')],
    ['Encoder', input?.encoder],
    ['Worker', workerId],
    ['Proxy', proxyId],
    ['On air since', formatWhen(Date.parse(startedAt), Date.now())],
  ];
  return (
    <section class="panel" aria-labelledby="health-title">
      <h2 id="health-title">Input</h2>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const isText = (value: string | undefined): value is string => value !== undefined && value !== '';
