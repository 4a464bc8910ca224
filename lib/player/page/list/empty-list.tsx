/** Shown while there are no streams: what to do first. */
export function EmptyList({ onCreate }: { onCreate: () => void }) {
  return (
    <section class="empty" aria-labelledby="empty-title">
      <svg class="empty-art" viewBox="0 0 480 120" aria-hidden="true">
        <g fill="none" stroke-linecap="round" stroke-width="5">
          <path class="water-1" d="M8 14c80 0 90 40 172 42" />
          <path class="water-2" d="M60 60h110" />
          <path class="water-3" d="M8 106c80 0 90-40 172-42" />
          <path class="water-1" d="M300 56c82-2 92-42 172-42" />
          <path class="water-2" d="M300 60h172" />
          <path class="water-3" d="M300 64c82 2 92 42 172 42" />
          <path class="water-main" d="M168 60c22-4 44 4 66 0s44 4 66 0" />
        </g>
      </svg>
      <h2 id="empty-title">From your camera to your viewers in three steps</h2>
      <ol class="steps">
        <li>
          <strong>Create a stream.</strong> You’ll get a server address and a stream key.
        </li>
        <li>
          <strong>Paste both into your encoder</strong> (OBS or ffmpeg) and start it.
        </li>
        <li>
          <strong>Share the watch link.</strong> Viewers get the best quality their connection supports.
        </li>
      </ol>
      <button type="button" class="button button-primary" onClick={onCreate}>
        Create your first stream
      </button>
    </section>
  );
}
