import type { RefObject } from 'preact';
import { formatBitrate, formatClock, formatDuration } from '../model/format.ts';
import { formatLatency } from '../model/latency.ts';
import { qualityLabel, qualityMenu } from '../model/qualities.ts';
import type { PlayerAction } from '../model/shortcuts.ts';
import type { PlaybackFacts } from '../playback/engine.ts';
import type { Playback } from '../playback/use-playback.ts';
import { Icon, type IconName } from '../ui/icons.tsx';
import { Menu } from './menu.tsx';
import type { VideoSettings } from './use-player-actions.ts';

/** The bar below the picture. */
export function Controls(props: {
  video: RefObject<HTMLVideoElement | null>;
  playback: Playback;
  facts: PlaybackFacts;
  settings: VideoSettings;
  act: (action: PlayerAction) => void;
}) {
  const { video, playback, facts, settings, act } = props;
  const finished = playback.condition === 'finished';
  return (
    <div class="controls">
      <SeekBar playback={playback} facts={facts} position={settings.position} />
      <div class="controls-row">
        <Control
          icon={finished ? 'replay' : settings.paused ? 'play' : 'pause'}
          label={finished ? 'Watch again' : settings.paused ? 'Play' : 'Pause'}
          onPress={() => act('toggle-play')}
        />
        <Control
          icon={settings.muted ? 'muted' : 'volume'}
          label={settings.muted ? 'Turn on sound' : 'Turn off sound'}
          onPress={() => act('toggle-mute')}
        />
        <VolumeSlider video={video} settings={settings} />
        {facts.live ? (
          <LiveStatus facts={facts} act={act} />
        ) : (
          <span class="time tabular">
            {formatClock(settings.position - facts.range.start)} /{' '}
            {formatClock(facts.range.end - facts.range.start)}
          </span>
        )}
        <span class="controls-gap" />
        <QualityMenu playback={playback} />
        {facts.captions.length > 0 && <CaptionsMenu playback={playback} />}
        {document.pictureInPictureEnabled && !facts.soundAlone && (
          <Control icon="pip" label="Picture in picture" onPress={() => togglePip(video.current)} wide />
        )}
        <Control
          icon={settings.fullscreen ? 'exit-fullscreen' : 'fullscreen'}
          label={settings.fullscreen ? 'Exit full screen' : 'Full screen'}
          onPress={() => act('toggle-fullscreen')}
        />
      </div>
    </div>
  );
}

function Control(props: { icon: IconName; label: string; onPress: () => void; wide?: boolean }) {
  return (
    <button
      type="button"
      class={props.wide ? 'control only-wide' : 'control'}
      aria-label={props.label}
      title={props.label}
      onClick={props.onPress}
    >
      <Icon name={props.icon} />
    </button>
  );
}

/** Whether the viewer is at the live edge, the latency, and a button to jump to live. */
function LiveStatus({ facts, act }: { facts: PlaybackFacts; act: (action: PlayerAction) => void }) {
  const { following: atEdge } = facts;
  return (
    <>
      <button
        type="button"
        class={atEdge ? 'live-button live-button-on' : 'live-button'}
        onClick={() => act('jump-to-live')}
        aria-label={atEdge ? 'Live: you’re at the live edge' : 'Jump to live'}
      >
        <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
          {atEdge ? (
            <circle cx="6" cy="6" r="5.5" fill="currentColor" />
          ) : (
            <path d="M2 1v10l5-5zM8 1h2v10H8z" fill="currentColor" />
          )}
        </svg>
        {atEdge ? 'Live' : 'Catch up'}
      </button>
      {facts.latencyMs !== undefined && (
        <span class="latency tabular" title="Time since this picture reached the platform">
          <span class="visually-hidden">Latency </span>
          {formatLatency(facts.latencyMs)}
          <span class="only-wide"> behind live</span>
        </span>
      )}
    </>
  );
}

function SeekBar(props: { playback: Playback; facts: PlaybackFacts; position: number }) {
  const { playback, facts, position } = props;
  const { start, end } = facts.range;
  // A live window of a few seconds is too short to seek in.
  if (end - start < 10) return null;
  const behindMs = (end - position) * 1000;
  return (
    <input
      class="seek"
      type="range"
      aria-label="Position"
      aria-valuetext={
        facts.live
          ? facts.following
            ? 'Live'
            : `${formatDuration(behindMs)} behind live`
          : `${formatDuration((position - start) * 1000)} of ${formatDuration((end - start) * 1000)}`
      }
      min={start}
      max={end}
      step={1}
      value={Math.min(end, Math.max(start, position))}
      onInput={({ currentTarget }) => {
        playback.engine?.seek(Number(currentTarget.value));
      }}
    />
  );
}

function VolumeSlider({
  video,
  settings,
}: {
  video: RefObject<HTMLVideoElement | null>;
  settings: VideoSettings;
}) {
  const shown = settings.muted ? 0 : settings.volume;
  return (
    <input
      class="volume only-wide"
      type="range"
      aria-label="Volume"
      aria-valuetext={`${Math.round(shown * 100)} percent`}
      min={0}
      max={1}
      step={0.05}
      value={shown}
      onInput={({ currentTarget }) => {
        if (!video.current) return;
        video.current.volume = Number(currentTarget.value);
        video.current.muted = video.current.volume === 0;
      }}
    />
  );
}

function QualityMenu({ playback }: { playback: Playback }) {
  const { facts, engine, refresh } = playback;
  const menu = qualityMenu(facts.qualities);
  if (menu.length === 0) return null;
  const playing = facts.activeQuality && qualityLabel(facts.activeQuality);
  const chosen = menu.find(({ id }) => id === facts.chosenQualityId);
  return (
    <Menu
      label="Quality"
      icon="quality"
      text={chosen ? qualityLabel(chosen) : `Auto${playing ? ` · ${playing}` : ''}`}
      chosen={chosen?.id}
      choices={[
        { id: undefined, label: 'Auto', detail: chosen ? undefined : playing },
        ...menu.map((quality) => ({
          id: quality.id,
          label: qualityLabel(quality),
          detail: formatBitrate(quality.bandwidthBps),
        })),
      ]}
      onChoose={(id) => {
        engine?.selectQuality(id);
        refresh();
      }}
    />
  );
}

function CaptionsMenu({ playback }: { playback: Playback }) {
  const { facts, engine, refresh } = playback;
  return (
    <Menu
      label="Captions"
      icon="captions"
      chosen={facts.chosenCaptionsId}
      choices={[{ id: undefined, label: 'Off' }, ...facts.captions]}
      onChoose={(id) => {
        engine?.selectCaptions(id);
        refresh();
      }}
    />
  );
}

/** If the browser refuses, nothing changes. */
function togglePip(video: HTMLVideoElement | null): void {
  if (document.pictureInPictureElement) void document.exitPictureInPicture().catch(() => {});
  else void video?.requestPictureInPicture().catch(() => {});
}
