import { type ShownState, type StateWords, stateWords } from '../model/stream-state.ts';

/** A state as shape, word and colour; each suffices alone. */
export function StateBadge({ state }: { state: ShownState }) {
  const { word, shape } = stateWords[state];
  return <Badge kind={state} shape={shape} word={word} />;
}

/** The same for anything that has states. `kind` gives the colour. */
export function Badge({ kind, shape, word }: { kind: string; shape: StateWords['shape']; word: string }) {
  return (
    <span class={`badge badge-${kind}`}>
      <StateShape shape={shape} />
      {word}
    </span>
  );
}

export function StateShape({ shape }: { shape: StateWords['shape'] }) {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" class={`shape shape-${shape}`}>
      {shape === 'ring' && (
        <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="2" />
      )}
      {shape === 'dot' && <circle cx="6" cy="6" r="5.5" fill="currentColor" />}
      {shape === 'half' && (
        <>
          <circle cx="6" cy="6" r="4.75" fill="none" stroke="currentColor" stroke-width="1.5" />
          <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" />
        </>
      )}
      {shape === 'dashes' && (
        <circle
          cx="6"
          cy="6"
          r="4.5"
          fill="none"
          stroke="currentColor"
          stroke-width="2"
          stroke-dasharray="3.4 1.31"
        />
      )}
      {shape === 'bar' && (
        <>
          <circle cx="6" cy="6" r="5.5" fill="currentColor" />
          <path d="M3 6h6" stroke="var(--surface)" stroke-width="2" />
        </>
      )}
      {shape === 'square' && <rect x="1.5" y="1.5" width="9" height="9" rx="1.5" fill="currentColor" />}
    </svg>
  );
}
