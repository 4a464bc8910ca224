import { useRef } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { formatLatency } from '../model/latency.ts';
import { carryToken } from '../model/playback-link.ts';
import { playbackTarget, type StreamKnowledge } from '../model/playback-target.ts';
import { leftNothing } from '../model/recordings.ts';
import { watchPath } from '../model/routes.ts';
import { isOnAir, isTakenDown, shownState } from '../model/stream-state.ts';
import { usePlayback } from '../playback/use-playback.ts';
import { useServices } from '../shell/services.ts';
import { SoundPoster } from '../ui/sound-poster.tsx';
import { usePreviewLink } from './use-preview-link.ts';

/** What viewers see, muted and in a low quality. Shown only while a broadcast is on air. */
export function Preview({ stream }: { stream: Stream }) {
  const onAir = isOnAir(shownState(stream));
  return (
    <section class="panel preview" aria-labelledby="preview-title">
      <h2 id="preview-title" class="visually-hidden">
        Preview
      </h2>
      {onAir ? (
        <LivePreview key={stream.broadcast?.id} stream={stream} />
      ) : (
        <div class="stage stage-empty">
          <Empty stream={stream} />
        </div>
      )}
    </section>
  );
}

function Empty({ stream }: { stream: Stream }) {
  const { linkedRegion } = useServices();
  if (isTakenDown(stream)) return <p>Nobody can watch this stream while it’s taken down.</p>;
  if (stream.state !== 'ended')
    return <p>No picture yet. It appears here as soon as your encoder starts sending.</p>;
  if (leftNothing(stream)) {
    return (
      <p>
        The last broadcast ended before there was a picture. The next one appears here as soon as your encoder
        starts sending.
      </p>
    );
  }
  return (
    <div class="stage-ended">
      <p>The last broadcast has ended. The next one appears here as soon as your encoder starts sending.</p>
      <a class="button button-on-dark" href={watchPath(stream.id, linkedRegion)}>
        Watch the recording
      </a>
    </div>
  );
}

function LivePreview({ stream }: { stream: Stream }) {
  const { settings } = useServices();
  const video = useRef<HTMLVideoElement>(null);
  const captions = useRef<HTMLDivElement>(null);
  const known: StreamKnowledge = {
    kind: 'known',
    state: stream.state,
    broadcastId: stream.broadcast?.id,
    dash: stream.playback.dash,
    hls: stream.playback.hls,
    manifests: stream.playback.manifests,
  };
  const token = usePreviewLink(stream);
  const isLocked = stream.playback.access === 'signed' && token === undefined;
  const { condition, facts } = usePlayback({
    video,
    captions,
    forced: null,
    maxHeight: 480,
    refused: undefined,
    token,
    target: (method) => {
      const target = isLocked
        ? undefined
        : playbackTarget(known, method, { ...settings, streamId: stream.id });
      return target && { ...target, url: carryToken(target.url, token) };
    },
  });
  return (
    <div class="stage">
      <video ref={video} muted playsInline aria-label="Live preview without sound" />
      {facts.soundAlone && <SoundPoster name={stream.name} />}
      <div ref={captions} class="captions" />
      {condition !== 'playing' && (
        <p class="stage-note">
          {stream.state === 'starting'
            ? 'Waiting for the first media…'
            : stream.state === 'reconnecting'
              ? 'Waiting for your encoder to reconnect…'
              : 'Loading the preview…'}
        </p>
      )}
      {condition === 'playing' && facts.latencyMs !== undefined && (
        <p class="stage-tag">
          Preview, <span class="tabular">{formatLatency(facts.latencyMs)}</span> behind live
        </p>
      )}
    </div>
  );
}
