import type { RefObject } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { formatDuration } from '../../model/format.ts';
import {
  fractionAt,
  isSeekable,
  loadedParts,
  placeWithin,
  positionAt,
  timeLabel,
} from '../../model/player/seek-bar.ts';
import { hasClock } from '../../model/player/storyboard.ts';
import type { PlaybackFacts } from '../../playback/engine.ts';
import type { Playback } from '../../playback/use-playback.ts';
import { SeekPicture } from './seek-picture.tsx';
import { useStoryboard } from './use-storyboard.ts';

/** Seconds that an arrow key and a page key move. */
const keySteps: Readonly<Record<string, number>> = {
  ArrowLeft: -5,
  ArrowDown: -5,
  ArrowRight: 5,
  ArrowUp: 5,
  PageDown: -60,
  PageUp: 60,
};
const labelWidth = 160;

/** The window of a live broadcast, or a recording: what is played and loaded, and where to go. */
export function SeekBar(props: {
  video: RefObject<HTMLVideoElement | null>;
  playback: Playback;
  facts: PlaybackFacts;
  /** Seconds of presentation time. */
  position: number;
}) {
  const { video, playback, facts, position } = props;
  const { range, live } = facts;
  const bar = useRef<HTMLDivElement>(null);
  /** The position under the pointer. */
  const [aimed, setAimed] = useState<number>();
  const [dragged, setDragged] = useState(false);
  const pictureAt = useStoryboard(playback.session?.target, aimed !== undefined && hasClock(facts));
  if (!isSeekable(range, live)) return null;

  // At the live edge, playback is a little behind it; at its end, the clock may stop a little before.
  const isAtEnd = live ? facts.following : playback.condition === 'finished';
  const shown = dragged && aimed !== undefined ? aimed : isAtEnd ? range.end : position;
  const whole = bar.current?.clientWidth ?? 0;
  const seek = (to: number) => playback.engine?.seek(Math.min(range.end, Math.max(range.start, to)));
  const aim = ({ clientX }: PointerEvent): number => {
    const { left = 0, width = 1 } = bar.current?.getBoundingClientRect() ?? {};
    const at = positionAt(range, (clientX - left) / width);
    setAimed(at);
    return at;
  };
  const leave = () => {
    setAimed(undefined);
    setDragged(false);
  };

  const picture = aimed === undefined ? undefined : pictureAt(aimed, facts);

  return (
    // The slider inside does the same for keyboards and assistive technology.
    <div
      ref={bar}
      class="seek"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragged(true);
        aim(event);
      }}
      onPointerEnter={aim}
      onPointerMove={aim}
      onPointerUp={(event) => {
        if (!dragged) return;
        seek(aim(event));
        leave();
      }}
      onPointerCancel={leave}
      onPointerLeave={() => {
        if (!dragged) leave();
      }}
    >
      <div class="seek-track">
        {loadedParts(range, loadedRanges(video.current)).map(({ start, end }) => (
          <div
            key={start}
            class="seek-loaded"
            style={{ left: `${start * 100}%`, width: `${(end - start) * 100}%` }}
          />
        ))}
        {aimed !== undefined && (
          <div class="seek-aimed" style={{ width: `${fractionAt(range, aimed) * 100}%` }} />
        )}
        <div class="seek-played" style={{ width: `${fractionAt(range, shown) * 100}%` }} />
      </div>
      <div class="seek-knob" style={{ left: `${fractionAt(range, shown) * 100}%` }} />
      {aimed !== undefined && (
        <div
          class="seek-label"
          style={{ left: `${placeWithin(fractionAt(range, aimed) * whole, labelWidth, whole)}px` }}
          aria-hidden="true"
        >
          {picture && <SeekPicture picture={picture} />}
          <span class="tabular">{timeLabel(range, aimed, live)}</span>
        </div>
      )}
      <input
        type="range"
        aria-label="Position"
        aria-valuetext={positionWords(facts, shown)}
        min={range.start}
        max={range.end}
        step="any"
        value={Math.min(range.end, Math.max(range.start, shown))}
        onInput={({ currentTarget }) => seek(Number(currentTarget.value))}
        onKeyDown={(event) => {
          const by = keySteps[event.key];
          const to = by !== undefined ? shown + by : { Home: range.start, End: range.end }[event.key];
          if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
          event.preventDefault();
          seek(to);
        }}
      />
    </div>
  );
}

function positionWords({ live, following, range: { start, end } }: PlaybackFacts, shown: number): string {
  if (live) return following ? 'Live' : `${formatDuration((end - shown) * 1000)} behind live`;
  return `${formatDuration((shown - start) * 1000)} of ${formatDuration((end - start) * 1000)}`;
}

function loadedRanges(video: HTMLVideoElement | null): { readonly start: number; readonly end: number }[] {
  const { buffered } = video ?? {};
  return Array.from({ length: buffered?.length ?? 0 }, (_, index) => ({
    start: buffered?.start(index) ?? 0,
    end: buffered?.end(index) ?? 0,
  }));
}
