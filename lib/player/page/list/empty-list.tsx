/** What to do when there is nothing yet. */
export function EmptyList({ onCreate }: { onCreate: () => void }) {
  return (
    <section class="empty" aria-labelledby="empty-title">
      <svg class="empty-art" viewBox="0 0 480 120" aria-hidden="true">
        <g fill="none" stroke-linecap="round" stroke-width="5">
          <path class="water-1" d="M8 18c90 0 110 42 210 42" />
          <path class="water-2" d="M8 60h210" />
          <path class="water-3" d="M8 102c90 0 110-42 210-42" />
          <path class="water-main" d="M218 60h44" />
          <path class="water-1" d="M262 60c100 0 120-42 210-42" />
          <path class="water-2" d="M262 60h210" />
          <path class="water-3" d="M262 60c100 0 120 42 210 42" />
        </g>
      </svg>
      <h2 id="empty-title">From your camera to everyone, in three steps</h2>
      <ol class="steps">
        <li>
          <strong>Create a stream.</strong> You get an address and a key.
        </li>
        <li>
          <strong>Paste both into your encoder</strong>, OBS or ffmpeg, and start it.
        </li>
        <li>
          <strong>Share the watch link.</strong> Viewers get the quality that their connection holds.
        </li>
      </ol>
      <button type="button" class="button button-primary" onClick={onCreate}>
        Create your first stream
      </button>
    </section>
  );
}
