import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { playerActionFor } from '../model/shortcuts.ts';
import { isRefusal, type ViewerScene } from '../model/viewer-scene.ts';
import type { Playback } from '../playback/use-playback.ts';
import { Icon } from '../ui/icons.tsx';
import { SoundPoster } from '../ui/sound-poster.tsx';
import { Controls } from './controls.tsx';
import { SceneMessage } from './scene-message.tsx';
import { usePlayerActions, useVideoSettings } from './use-player-actions.ts';

/** The controls hide over a playing picture after this long without input. */
const hideAfterMs = 3_000;

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
  const act = usePlayerActions(video, frame, playback);
  const [awake, wake] = useAwake(frame);
  const { condition, facts } = playback;
  const showing = condition === 'playing' || condition === 'paused' || condition === 'stalled';
  // Over a poster, controls hide nothing.
  const visible = awake || condition !== 'playing' || facts.soundAlone;

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const focus = event.target instanceof HTMLElement ? event.target : document.body;
      if (focus.closest('dialog')) return;
      const action = playerActionFor({
        key: event.key,
        modified: event.ctrlKey || event.metaKey || event.altKey,
        focus: {
          tag: focus.tagName,
          type: focus.getAttribute('type') ?? undefined,
          inMenu: focus.closest('[role="menu"]') !== null,
        },
      });
      if (action === undefined) return;
      event.preventDefault();
      wake();
      act(action);
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [act, wake]);

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
      {scene && <SceneMessage scene={scene} onAction={onAction} />}
      {(showing || condition === 'finished') && (
        <Controls video={video} playback={playback} settings={settings} facts={facts} act={act} />
      )}
    </section>
  );
}

/** True shortly after pointer or keyboard activity inside the player. */
function useAwake(frame: RefObject<HTMLElement | null>): [awake: boolean, wake: () => void] {
  const [awake, setAwake] = useState(true);
  const stir = useRef(() => {});
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const rest = () => {
      // Controls stay visible while one has the keyboard focus or a menu is open.
      const held = element.querySelector(':focus-visible, [role="menu"]') !== null;
      if (held) timer = setTimeout(rest, hideAfterMs);
      else setAwake(false);
    };
    stir.current = () => {
      setAwake(true);
      clearTimeout(timer);
      timer = setTimeout(rest, hideAfterMs);
    };
    const stirred = () => stir.current();
    stirred();
    const names = ['pointermove', 'pointerdown', 'focusin'];
    for (const name of names) element.addEventListener(name, stirred);
    return () => {
      clearTimeout(timer);
      for (const name of names) element.removeEventListener(name, stirred);
    };
  }, [frame]);
  const wake = useRef(() => stir.current());
  return [awake, wake.current];
}
