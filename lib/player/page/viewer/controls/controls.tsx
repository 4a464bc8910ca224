import type { RefObject } from 'preact';
import { formatClock } from '../../model/format.ts';
import type { PlayerAction } from '../../model/shortcuts.ts';
import type { PlaybackFacts } from '../../playback/engine.ts';
import type { Playback } from '../../playback/use-playback.ts';
import { canUsePip, type PlayerPanels, type VideoSettings } from '../use-player-actions.ts';
import { CaptionsMenu } from './captions-menu.tsx';
import { Control } from './control.tsx';
import { LiveStatus } from './live-status.tsx';
import { SeekBar } from './seek-bar.tsx';
import { SettingsMenu } from './settings-menu.tsx';
import { VolumeSlider } from './volume-slider.tsx';

/** The bar below the picture. */
export function Controls(props: {
  video: RefObject<HTMLVideoElement | null>;
  playback: Playback;
  facts: PlaybackFacts;
  settings: VideoSettings;
  panels: PlayerPanels;
  act: (action: PlayerAction) => void;
}) {
  const { video, playback, facts, settings, panels, act } = props;
  const finished = playback.condition === 'finished';
  return (
    <div class="controls">
      <SeekBar video={video} playback={playback} facts={facts} position={settings.position} />
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
        <SettingsMenu playback={playback} statsShown={panels.stats} act={act} />
        {facts.captions.length > 0 && !facts.soundAlone && <CaptionsMenu playback={playback} />}
        {canUsePip() && !facts.soundAlone && (
          <Control
            icon="pip"
            label={settings.pip ? 'Leave picture in picture' : 'Picture in picture'}
            onPress={() => act('toggle-pip')}
            wide
          />
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
