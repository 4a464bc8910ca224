import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A page whose script is fetched when it is shown. */
export function LoadedPage({ load }: { load: () => Promise<ComponentChildren> }) {
  const [content, setContent] = useState<ComponentChildren>();
  useEffect(() => {
    load().then(setContent, () => setContent(<NotLoaded />));
  }, []);
  return <>{content}</>;
}

/** The network, or an old tab after a deploy. */
function NotLoaded() {
  return (
    <section class="notice">
      <h1>This page could not be loaded</h1>
      <p>Its server does not answer, or it was renewed since you came. Load it again.</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Load again
      </button>
    </section>
  );
}
