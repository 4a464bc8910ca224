import { formatLatency } from '../../model/latency.ts';
import type { PlayerAction } from '../../model/shortcuts.ts';
import type { PlaybackFacts } from '../../playback/engine.ts';

/** Whether the viewer is at the live edge, the latency, and a button to jump to live. */
export function LiveStatus({ facts, act }: { facts: PlaybackFacts; act: (action: PlayerAction) => void }) {
  const { following: atEdge } = facts;
  return (
    <>
      <button
        type="button"
        class={atEdge ? 'live-button live-button-on' : 'live-button'}
        onClick={() => act('jump-to-live')}
        aria-label={atEdge ? 'Live: you’re at the live edge' : 'Catch up: jump to live'}
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
