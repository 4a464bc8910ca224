/** In place of the picture of a broadcast that is sound alone. */
export function SoundPoster({ name }: { name: string }) {
  return (
    <div class="sound-poster">
      <svg viewBox="0 0 120 48" width="120" height="48" aria-hidden="true">
        {bars.map((height, at) => (
          <rect
            key={at}
            x={at * 12 + 3}
            y={24 - height / 2}
            width="6"
            height={height}
            rx="3"
            fill="currentColor"
          />
        ))}
      </svg>
      <p class="sound-poster-name" dir="auto">
        {name}
      </p>
      <p class="sound-poster-detail">Sound only</p>
    </div>
  );
}

const bars = [10, 22, 34, 18, 44, 28, 40, 16, 24, 12];
