import type { RefObject } from 'preact';
import { formatBitrate, formatCodec, formatFrameRate } from '../model/format.ts';
import { formatLatency } from '../model/latency.ts';
import type { Playback } from '../playback/use-playback.ts';
import { Icon } from '../ui/icons.tsx';

/** Figures of what plays, over the picture. They are renewed with the playback's facts. */
export function StatsOverlay(props: {
  video: RefObject<HTMLVideoElement | null>;
  playback: Playback;
  onClose: () => void;
}) {
  const { video, playback, onClose } = props;
  const rows = video.current ? statsOf(video.current, playback) : [];
  return (
    <section class="stats" aria-label="Stats">
      <button type="button" class="stats-close" aria-label="Close stats" onClick={onClose}>
        <Icon name="close" />
      </button>
      <dl class="tabular">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function statsOf(video: HTMLVideoElement, { facts, engine, method }: Playback): [string, string][] {
  const { shownQuality, latencyMs } = facts;
  const { throughputBps, codecs, targetLatencyMs } = engine?.details() ?? {};
  const { droppedVideoFrames, totalVideoFrames } = video.getVideoPlaybackQuality();
  const rate = shownQuality?.frameRate;
  const pixels = `${video.videoWidth}×${video.videoHeight}${rate ? ` at ${formatFrameRate(rate)}` : ''}`;
  const bitrate = shownQuality && shownQuality.bandwidthBps > 0 && formatBitrate(shownQuality.bandwidthBps);
  const target = targetLatencyMs === undefined ? '' : ` (kept at ${formatLatency(targetLatencyMs)})`;
  const rows: [string, string | false | undefined][] = [
    ['Resolution', facts.soundAlone ? 'None, sound only' : pixels],
    ['Bitrate', bitrate],
    ['Connection', throughputBps !== undefined && `about ${formatBitrate(throughputBps)}`],
    ['Latency', latencyMs !== undefined && formatLatency(latencyMs) + target],
    ['Buffer', `${bufferSeconds(video).toFixed(1)} s`],
    ['Dropped frames', `${droppedVideoFrames} of ${totalVideoFrames}`],
    ['Codecs', codecs?.split(/,\s*/).map(formatCodec).join(', ')],
    ['Played by', method && methodWords[method]],
  ];
  return rows.filter((row): row is [string, string] => typeof row[1] === 'string');
}

const methodWords: Readonly<Record<NonNullable<Playback['method']>, string>> = {
  dash: 'DASH',
  hls: 'HLS',
  'native-hls': 'HLS, by the browser',
  unsupported: 'Nothing',
};

/** Media ahead of the picture on screen. */
function bufferSeconds({ buffered, currentTime }: HTMLVideoElement): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= currentTime + 0.1 && buffered.end(index) > currentTime)
      return buffered.end(index) - currentTime;
  }
  return 0;
}
