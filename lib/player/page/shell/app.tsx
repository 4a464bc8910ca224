import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createApiClient } from '../api/client.ts';
import type { PageSettings } from '../api/types.ts';
import { ConsolePage } from '../console/console-page.tsx';
import { ListPage } from '../list/list-page.tsx';
import type { Route } from '../model/routes.ts';
import { Logo } from '../ui/logo.tsx';
import { WatchPage } from '../viewer/watch-page.tsx';
import { followLink, useRoute } from './navigation.ts';
import { type Services, ServicesContext } from './services.ts';

export function App({ settings }: { settings: PageSettings }) {
  const route = useRoute();
  const [said, setSaid] = useState('');
  const main = useRef<HTMLElement>(null);
  const announce = useCallback((text: string) => setSaid(text), []);
  const services = useMemo<Services>(
    () => ({ api: createApiClient(settings.apiBaseUrl), settings, keys: new Map(), announce }),
    [settings, announce],
  );

  // A new page begins at its top, and the keyboard and the screen reader begin there too.
  const address = 'id' in route ? `${route.page}/${route.id}` : route.page;
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo(0, 0);
    main.current?.focus();
  }, [address]);

  return (
    <ServicesContext.Provider value={services}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: catches clicks on links, which the keyboard makes too. */}
      <div class="shell" onClick={followLink}>
        <a class="skip-link" href="#main">
          Skip to the content
        </a>
        <header class="top">
          <a class="brand" href="/" aria-label="Headwater, all streams">
            <Logo />
            <span>Headwater</span>
          </a>
          <nav aria-label="Main">
            <a class="nav-link" href="/" aria-current={route.page === 'list' ? 'page' : undefined}>
              Streams
            </a>
          </nav>
        </header>
        <main id="main" class="main" ref={main} tabIndex={-1}>
          <Page key={address} route={route} />
        </main>
        <div class="visually-hidden" role="status" aria-live="polite">
          {said}
        </div>
      </div>
    </ServicesContext.Provider>
  );
}

function Page({ route }: { route: Route }): ComponentChildren {
  switch (route.page) {
    case 'list':
      return <ListPage />;
    case 'console':
      return <ConsolePage id={route.id} />;
    case 'watch':
      return <WatchPage id={route.id} />;
    default:
      return <NotFound />;
  }
}

function NotFound() {
  useEffect(() => {
    document.title = 'Nothing here · Headwater';
  }, []);
  return (
    <section class="notice">
      <h1>There is nothing at this address</h1>
      <p>It may be mistyped, or the page has moved.</p>
      <a class="button" href="/">
        See all streams
      </a>
    </section>
  );
}
