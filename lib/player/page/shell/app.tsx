import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createApiClient } from '../api/client.ts';
import { createProcessClient } from '../api/processes.ts';
import { apiStreams, edgeStreams } from '../api/stream-source.ts';
import { docsPath, platformPath, type Route } from '../model/routes.ts';
import { type PageSettings, watchedRegion } from '../model/settings.ts';
import { PlaybackLinks } from '../playback/playback-links.ts';
import { Logo } from '../ui/logo.tsx';
import { WatchPage } from '../viewer/watch-page.tsx';
import { ConsoleDoor } from './console-door.tsx';
import { LoadedPage } from './loaded-page.tsx';
import { followLink, useRoute } from './navigation.ts';
import { type Services, ServicesContext, useServices } from './services.ts';

export function App({ settings }: { settings: PageSettings }) {
  const route = useRoute();
  const [said, setSaid] = useState('');
  const main = useRef<HTMLElement>(null);
  const announce = useCallback((text: string) => setSaid(text), []);
  // The console chooses its region itself.
  const region = route.page === 'watch' ? watchedRegion(location.search, settings.region) : settings.region;
  const { keys, links } = useMemo(
    () => ({ keys: new Map<string, string>(), links: new PlaybackLinks() }),
    [],
  );
  const services = useMemo<Services>(() => {
    const place = { ...settings, region };
    const carry = (id: string, url: string) => links.carry(id, url);
    const api = settings.apiBaseUrl === undefined ? undefined : createApiClient(settings.apiBaseUrl);
    const processes =
      settings.processApiBaseUrl === undefined ? undefined : createProcessClient(settings.processApiBaseUrl);
    const withApi: Services['withApi'] = (client, managed, { isOneOfMany }) => ({
      ...alone,
      api: client,
      streams: apiStreams(client, carry),
      settings: { ...settings, region: managed },
      linkedRegion: isOneOfMany ? managed : undefined,
    });
    const streams = api ? apiStreams(api, carry) : edgeStreams(place, undefined, carry);
    const alone = { api, processes, streams, settings: place, keys, links, announce, withApi };
    return alone;
  }, [settings, region, keys, links, announce]);
  const hasConsole = services.api !== undefined || settings.console !== undefined;

  // A new page starts at its top, and so do keyboard and screen reader.
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
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: catches clicks on links, which the keyboard triggers too. */}
      <div class="shell" onClick={(event) => followLink(event, settings.console !== undefined)}>
        <a class="skip-link" href="#main">
          Skip to content
        </a>
        <header class="top">
          <a class="brand" href="/" aria-label={hasConsole ? 'Headwater, all streams' : 'Headwater'}>
            <Logo />
            <span>Headwater</span>
          </a>
          <nav aria-label="Main">
            <a class="nav-link" href="/" aria-current={route.page === 'list' ? 'page' : undefined}>
              {navWord(hasConsole, settings.console !== undefined && route.page === 'watch')}
            </a>
            {services.processes && route.page !== 'watch' && (
              <a
                class="nav-link"
                href={platformPath}
                aria-current={route.page === 'platform' ? 'page' : undefined}
              >
                Platform
              </a>
            )}
            {hasConsole && route.page !== 'watch' && (
              <a class="nav-link" href={docsPath()} aria-current={route.page === 'docs' ? 'page' : undefined}>
                API
              </a>
            )}
          </nav>
        </header>
        <main id="main" class="main" ref={main} tabIndex={-1}>
          {pageOf(route, address, services.api !== undefined, settings)}
        </main>
        <div class="visually-hidden" role="status" aria-live="polite">
          {said}
        </div>
      </div>
    </ServicesContext.Provider>
  );
}

const navWord = (hasConsole: boolean, isViewer: boolean): string => {
  if (!hasConsole) return 'About';
  return isViewer ? 'Sign in' : 'Streams';
};

function pageOf(route: Route, address: string, hasApi: boolean, settings: PageSettings): ComponentChildren {
  // Anyone may read it: it says what the API can do, and nothing of what it did.
  if (route.page === 'docs') return <LoadedPage key={address} load={() => docsPage(route.id)} />;
  if (hasApi) return <Page key={address} route={route} />;
  // Viewers sign in nowhere.
  if (settings.console === undefined || route.page === 'watch' || route.page === 'unknown') {
    return <ViewerPage key={address} route={route} />;
  }
  return (
    <ConsoleDoor config={settings.console}>
      <Page key={address} route={route} />
    </ConsoleDoor>
  );
}

// Viewers far outnumber broadcasters, so broadcaster pages aren't in the script that everyone loads.
const listPage = async () => {
  const { ListPage } = await import('../list/list-page.tsx');
  return <ListPage />;
};
const platformPage = async () => {
  const { PlatformPage } = await import('../platform/platform-page.tsx');
  return <PlatformPage />;
};
const docsPage = async (id: string | undefined) => {
  const { DocsPage } = await import('../docs/docs-page.tsx');
  return <DocsPage id={id} />;
};
const consolePage = async (id: string) => {
  const { ConsolePage } = await import('../console/console-page.tsx');
  return <ConsolePage id={id} />;
};

function Page({ route }: { route: Route }): ComponentChildren {
  switch (route.page) {
    case 'list':
      return <LoadedPage load={listPage} />;
    case 'console':
      return <LoadedPage load={() => consolePage(route.id)} />;
    case 'platform':
      return <LoadedPage load={platformPage} />;
    case 'watch':
      return <WatchPage id={route.id} />;
    default:
      return <NotFound />;
  }
}

/** The page without an API: everything it shows works without one. */
function ViewerPage({ route }: { route: Route }): ComponentChildren {
  if (route.page === 'watch') return <WatchPage id={route.id} />;
  return route.page === 'unknown' || route.page === 'platform' ? <NotFound /> : <ViewerOnly />;
}

function ViewerOnly() {
  useEffect(() => {
    document.title = 'Headwater';
  }, []);
  return (
    <section class="notice">
      <h1>Watch live streams here</h1>
      <p>Open the link that the broadcaster gave you. Each stream has its own address on this site.</p>
      <p class="quiet">
        This page is the viewer only: it has no console. Broadcasters manage their streams through the{' '}
        <a href={docsPath()}>control API</a>. Operators put the console here with <code>api.jwt</code> or{' '}
        <code>api.cognito</code> in the deployment file.
      </p>
    </section>
  );
}

function NotFound() {
  const { api } = useServices();
  useEffect(() => {
    document.title = 'Page not found · Headwater';
  }, []);
  return (
    <section class="notice">
      <h1>Page not found</h1>
      <p>The address may be mistyped, or the page may have moved.</p>
      <a class="button" href="/">
        {api ? 'See all streams' : 'Go to the home page'}
      </a>
    </section>
  );
}
