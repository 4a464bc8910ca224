import type { Stream } from '../api/types.ts';
import { formatBitrate, formatCodec, formatFrameRate, formatWhen } from '../model/format.ts';

/** What arrives from the encoder, and where it is worked on. */
export function HealthPanel({ stream }: { stream: Stream }) {
  const { broadcast } = stream;
  const onAir = broadcast !== undefined && stream.state !== 'ended' && stream.state !== 'idle';
  const input = onAir ? broadcast.input : undefined;
  const rows: [name: string, value: string | undefined][] = [
    ['Bitrate', input && formatBitrate(input.bitrateBps)],
    ['Frame rate', input && formatFrameRate(input.frameRate)],
    ['Resolution', input && `${input.width} × ${input.height}`],
    ['Codecs', input && [input.videoCodec, input.audioCodec].filter(isText).map(formatCodec).join(' + ')],
    ['Encoder', input?.encoder],
    ['Worker', onAir ? broadcast.workerId : undefined],
    ['Proxy', onAir ? broadcast.proxyId : undefined],
    ['Since', onAir ? formatWhen(Date.parse(broadcast.startedAt), Date.now()) : undefined],
  ];
  return (
    <section class="panel" aria-labelledby="health-title">
      <h2 id="health-title">Incoming</h2>
      {onAir ? (
        <dl class="facts">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value ?? '–'}</dd>
            </div>
          ))}
        </dl>
      ) : (
        <p class="quiet">Bitrate, frame rate and resolution show here while you are on air.</p>
      )}
    </section>
  );
}

const isText = (value: string | undefined): value is string => value !== undefined && value !== '';
