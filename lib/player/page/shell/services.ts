import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ApiClient } from '../api/client.ts';
import type { ProcessClient } from '../api/processes.ts';
import type { StreamSource } from '../api/stream-source.ts';
import type { PageSettings } from '../model/settings.ts';
import type { PlaybackLinks } from '../playback/playback-links.ts';

/** Services shared by the whole page. */
export interface Services {
  /** Undefined if this page has no API. */
  readonly api: ApiClient | undefined;
  /** The processes of a single-machine platform; undefined anywhere else. */
  readonly processes: ProcessClient | undefined;
  /** Where the viewer page looks up streams. */
  readonly streams: StreamSource;
  readonly settings: PageSettings;
  /** Named in links to the viewer page; undefined if that assumes the right one. */
  readonly linkedRegion?: string | undefined;
  /** The same with the API of a region. */
  withApi(api: ApiClient, region: string, options: { isOneOfMany: boolean }): Services;
  readonly keys: KnownKeys;
  readonly links: PlaybackLinks;
  /** Announces a text to screen readers, politely. */
  announce(text: string): void;
}

/**
 * Stream keys shown in this tab since it was loaded. Kept in memory only: the platform itself stores no keys, and browser
 * storage is no place for secrets.
 */
export type KnownKeys = Map<string, string>;

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error('No services around this component.');
  return services;
}

/** The control API, for components shown only if there is one. */
export function useApi(): ApiClient {
  const { api } = useServices();
  if (api === undefined) throw new Error('No API for this component.');
  return api;
}
