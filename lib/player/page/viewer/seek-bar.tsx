import { formatDuration } from '../model/format.ts';
import type { PlaybackFacts } from '../playback/engine.ts';
import type { Playback } from '../playback/use-playback.ts';

export function SeekBar(props: { playback: Playback; facts: PlaybackFacts; position: number }) {
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
