import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A page whose script is loaded on demand. */
export function LoadedPage({ load }: { load: () => Promise<ComponentChildren> }) {
  const [content, setContent] = useState<ComponentChildren>();
  useEffect(() => {
    load().then(setContent, () => setContent(<NotLoaded />));
  }, []);
  return <>{content}</>;
}

/** Caused by the network, or by an old tab after a deploy. */
export function NotLoaded() {
  return (
    <section class="notice">
      <h1>This page couldn’t be loaded</h1>
      <p>The server isn’t responding, or the site was updated since you opened it. Reload the page.</p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Reload
      </button>
    </section>
  );
}
