import { useMemo, useState } from 'preact/hooks';
import { edgeStreams } from '../api/stream-source.ts';
import { type PageSettings, watchedRegion } from '../model/settings.ts';
import { PlaybackLinks } from '../playback/playback-links.ts';
import { type Services, ServicesContext } from '../shell/services.ts';
import { WatchPage } from '../viewer/watch-page.tsx';

/** The viewer without anything around the player. It knows the edge alone: no API is in reach of a frame. */
export function EmbeddedPlayer({ settings, path }: { settings: PageSettings; path: string }) {
  const [said, setSaid] = useState('');
  const id = decodeId(path);
  const services = useMemo<Services>(() => {
    const place = {
      ...settings,
      apiBaseUrl: undefined,
      processApiBaseUrl: undefined,
      console: undefined,
      region: watchedRegion(location.search, settings.region),
    };
    const links = new PlaybackLinks();
    const made: Services = {
      api: undefined,
      processes: undefined,
      streams: edgeStreams(place, undefined, (streamId, url) => links.carry(streamId, url)),
      settings: place,
      keys: new Map(),
      links,
      announce: setSaid,
      withApi: () => made,
    };
    return made;
  }, [settings]);
  return (
    <ServicesContext.Provider value={services}>
      <main id="main" class="embed">
        <WatchPage id={id} bare />
      </main>
      <div class="visually-hidden" role="status" aria-live="polite">
        {said}
      </div>
    </ServicesContext.Provider>
  );
}

function decodeId(path: string): string {
  const [, id = ''] = /^\/embed\/([^/]+)/.exec(path) ?? [];
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}
