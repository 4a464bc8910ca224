import { regionPattern } from '../../../config/region.ts';
import type { ConsoleConfig, RuntimeConfig, TokenConsole } from '../../policy/runtime-config.ts';

/** The page's configuration with defaults filled in. */
export interface PageSettings {
  /** An API that needs no login. Undefined on AWS: there, a console or nothing but the viewer. */
  readonly apiBaseUrl: string | undefined;
  /** The console for users who sign in. */
  readonly console: ConsoleConfig | TokenConsole | undefined;
  /** The supervisor of a single-machine platform; undefined anywhere else. */
  readonly processApiBaseUrl: string | undefined;
  readonly edgeBaseUrl: string;
  readonly region: string;
}

/** `pageOrigin` is where the page was loaded from: the edge, unless another one is configured. */
export const readSettings = (
  { apiBaseUrl, processApiBaseUrl, edgeBaseUrl, region, console }: RuntimeConfig,
  pageOrigin: string,
): PageSettings => ({
  apiBaseUrl: apiBaseUrl || undefined,
  processApiBaseUrl: processApiBaseUrl || undefined,
  edgeBaseUrl: edgeBaseUrl || pageOrigin,
  region,
  console,
});

/** The region of the stream to watch: the URL's `?region=`, otherwise the page's own region. */
export function watchedRegion(search: string, fallback: string): string {
  const named = new URLSearchParams(search).get('region') ?? '';
  return regionPattern.test(named) ? named : fallback;
}
