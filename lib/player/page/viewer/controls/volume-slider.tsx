import type { RefObject } from 'preact';
import type { VideoSettings } from '../use-player-actions.ts';

export function VolumeSlider({
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
