import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ApiClient } from '../api/client.ts';
import type { ProcessClient } from '../api/processes.ts';
import type { StreamSource } from '../api/stream-source.ts';
import type { PageSettings } from '../model/settings.ts';

/** What the whole page shares. */
export interface Services {
  /** Undefined where there is none for this page. */
  readonly api: ApiClient | undefined;
  /** The programs of this machine; undefined anywhere but on one machine. */
  readonly processes: ProcessClient | undefined;
  /** Where the viewer's page learns of streams. */
  readonly streams: StreamSource;
  readonly settings: PageSettings;
  readonly keys: KnownKeys;
  /** Says something to screen readers, politely. */
  announce(text: string): void;
}

/**
 * Stream keys that this tab was shown since it was loaded. They are kept in memory only: the platform itself keeps no key, and a
 * browser's storage is no place for a secret.
 */
export type KnownKeys = Map<string, string>;

export const ServicesContext = createContext<Services | undefined>(undefined);

export function useServices(): Services {
  const services = useContext(ServicesContext);
  if (services === undefined) throw new Error('No services around this component.');
  return services;
}

/** The control API, for what is shown only where there is one. */
export function useApi(): ApiClient {
  const { api } = useServices();
  if (api === undefined) throw new Error('No API for this component.');
  return api;
}
