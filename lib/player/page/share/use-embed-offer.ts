import { useEffect, useState } from 'preact/hooks';
import { type EmbedOffer, readEmbedOffer } from './share-links.ts';

/** Asks the page's server how to embed the page at `link`; undefined asks nothing. */
export function useEmbedOffer(link: string | undefined): EmbedOffer {
  const [offer, setOffer] = useState<EmbedOffer>({ kind: 'asking' });
  useEffect(() => {
    if (link === undefined) return;
    const stopped = new AbortController();
    const ask = async () => {
      const { signal } = stopped;
      const answer = await fetch(`/oembed?url=${encodeURIComponent(link)}`, { signal });
      setOffer(readEmbedOffer(answer.status, answer.ok ? await answer.json() : undefined));
    };
    ask().catch(() => {
      if (!stopped.signal.aborted) setOffer({ kind: 'unknown' });
    });
    return () => stopped.abort();
  }, [link]);
  return offer;
}
