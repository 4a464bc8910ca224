import type { RuntimeConfig } from '../../policy/runtime-config.ts';

/** What the page was told, with what it was not told filled in. */
export interface PageSettings {
  /** Undefined where there is no API for this page: then it is a viewer only. */
  readonly apiBaseUrl: string | undefined;
  /** The supervisor of one machine; undefined anywhere else. */
  readonly processApiBaseUrl: string | undefined;
  readonly edgeBaseUrl: string;
  readonly region: string;
}

/** `pageOrigin` is where the page came from: the edge itself, unless the page was told of another. */
export const readSettings = (
  { apiBaseUrl, processApiBaseUrl, edgeBaseUrl, region }: RuntimeConfig,
  pageOrigin: string,
): PageSettings => ({
  apiBaseUrl: apiBaseUrl || undefined,
  processApiBaseUrl: processApiBaseUrl || undefined,
  edgeBaseUrl: edgeBaseUrl || pageOrigin,
  region,
});

/** The region whose stream is watched: `?region=` of the address, else the page's own. */
export function watchedRegion(search: string, fallback: string): string {
  const named = new URLSearchParams(search).get('region') ?? '';
  return /^[a-z0-9-]{1,32}$/.test(named) ? named : fallback;
}
