import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { isRefusal, type ViewerScene } from '../model/viewer-scene.ts';
import type { Playback } from '../playback/use-playback.ts';
import { Icon } from '../ui/icons.tsx';
import { SoundPoster } from '../ui/sound-poster.tsx';
import { Controls } from './controls/controls.tsx';
import { SceneMessage } from './scene-message.tsx';
import { ShortcutsDialog } from './shortcuts-dialog.tsx';
import { StatsOverlay } from './stats-overlay.tsx';
import { useAwake } from './use-awake.ts';
import { usePlayerActions, useVideoSettings } from './use-player-actions.ts';
import { useShortcuts } from './use-shortcuts.ts';

/** The picture with its controls, captions and messages. */
export function Player(props: {
  video: RefObject<HTMLVideoElement | null>;
  captions: RefObject<HTMLDivElement | null>;
  playback: Playback;
  scene: ViewerScene | undefined;
  /** The stream's. */
  name: string;
  onAction: () => void;
}) {
  const { video, captions, playback, scene, name, onAction } = props;
  const frame = useRef<HTMLElement>(null);
  const settings = useVideoSettings(video, frame);
  const { act, panels } = usePlayerActions(video, frame, playback);
  const [awake, wake] = useAwake(frame);
  const { condition, facts } = playback;
  const showing = condition === 'playing' || condition === 'paused' || condition === 'stalled';
  // Over a poster, controls hide nothing.
  const visible = awake || condition !== 'playing' || facts.soundAlone;

  useShortcuts(act, wake);

  return (
    <section
      ref={frame}
      class={`player${visible ? '' : ' player-asleep'}${scene?.cover ? ' player-covered' : ''}`}
      aria-label="Video player"
      data-condition={condition}
      data-method={playback.method}
    >
      <video
        ref={video}
        class="player-video"
        muted
        playsInline
        onClick={() => act('toggle-play')}
        onDblClick={() => act('toggle-fullscreen')}
      />
      {facts.soundAlone && !isRefusal(condition) && <SoundPoster name={name} />}
      <div ref={captions} class="captions" />
      {showing && settings.muted && condition === 'playing' && (
        <button type="button" class="unmute" onClick={() => act('toggle-mute')}>
          <Icon name="muted" />
          Turn on sound
        </button>
      )}
      {condition === 'paused' && (
        <button type="button" class="big-play" aria-label="Play" onClick={() => act('toggle-play')}>
          <Icon name="play" />
        </button>
      )}
      {panels.stats && showing && (
        <StatsOverlay video={video} playback={playback} onClose={() => act('toggle-stats')} />
      )}
      {scene && <SceneMessage scene={scene} onAction={onAction} />}
      {(showing || condition === 'finished') && (
        <Controls
          video={video}
          playback={playback}
          settings={settings}
          panels={panels}
          facts={facts}
          act={act}
        />
      )}
      {panels.shortcuts && <ShortcutsDialog onClose={() => act('toggle-shortcuts')} />}
    </section>
  );
}
