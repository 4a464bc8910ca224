import { useEffect, useState } from 'preact/hooks';

/** How often the picture of a live stream is loaded again. */
const againMs = 30_000;

/** A stream's or a recording's picture; a drawn one where there is none. Decorative: what it belongs to is named beside it. */
export function Poster({ url, live = false }: { url: string | undefined; live?: boolean }) {
  const [turn, setTurn] = useState(0);
  const [failed, setFailed] = useState<string>();
  // An image is loaded again only under another address; the edge has it under one all the same.
  const shown = url === undefined || turn === 0 ? url : `${url}?again=${turn}`;

  useEffect(() => {
    if (!live || url === undefined) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') setTurn((before) => before + 1);
    }, againMs);
    return () => clearInterval(timer);
  }, [live, url]);

  return (
    <div class="poster">
      {shown === undefined || shown === failed ? (
        <svg class="poster-none" viewBox="0 0 160 90" aria-hidden="true">
          <g fill="none" stroke-linecap="round" stroke-width="3">
            <path class="water-1" d="M30 34c30 0 34 11 62 11h38" />
            <path class="water-2" d="M30 45h100" />
            <path class="water-3" d="M30 56c30 0 34-11 62-11" />
          </g>
        </svg>
      ) : (
        <img
          src={shown}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => setFailed(shown)}
        />
      )}
    </div>
  );
}
