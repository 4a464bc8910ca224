import type { Embedding } from '../../control-store/embedding.ts';
import { frameAncestors } from './frames.ts';

/** Where the page may connect to, as origins or base URLs. */
export interface PageReach {
  /** @default no API: the page is a viewer only */
  readonly apiBaseUrl?: string;
  /** @default no supervisor, as everywhere but on a single machine */
  readonly processApiBaseUrl?: string;
  /** @default the page's own origin */
  readonly edgeBaseUrl?: string;
}

/** What a console with a login also connects to, as CSP sources: origins, also with `*.` in front of the host. */
export interface ConsoleReach {
  readonly connects?: readonly string[];
}

export interface Framing {
  /** Who may show the page in a frame. @default 'nowhere' */
  readonly frames?: Embedding;
}

/**
 * The page's Content-Security-Policy: its own files, the APIs and the edge, nothing else. Media Source Extensions plays
 * from `blob:`; the edge is a media source for browsers that play HLS natively. Inline scripts and styles are forbidden;
 * the page has none. Other sites may show the embedded player and nothing else (docs/decisions/0043).
 */
export function contentSecurityPolicy(
  { apiBaseUrl, processApiBaseUrl, edgeBaseUrl, connects = [] }: PageReach & ConsoleReach,
  { frames = 'nowhere' }: Framing = {},
): string {
  const [api = '', processApi = '', edge = ''] = [apiBaseUrl, processApiBaseUrl, edgeBaseUrl].map((url) =>
    url ? ` ${new URL(url).origin}` : '',
  );
  const directives: Record<string, string> = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': `'self' data:${edge}`,
    'connect-src': [`'self'${api}${processApi}${edge}`, ...connects].join(' '),
    'media-src': `'self' blob:${edge}`,
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': frameAncestors(frames),
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/** Headers of every response of the page's server. */
export function securityHeaders(reach: PageReach & ConsoleReach, { frames = 'nowhere' }: Framing = {}) {
  return {
    'Content-Security-Policy': contentSecurityPolicy(reach, { frames }),
    // For browsers that don't know frame-ancestors. It has no value for anything but "nobody" and "this origin".
    ...(frames === 'nowhere' && { 'X-Frame-Options': 'DENY' }),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy':
      'camera=(), microphone=(), geolocation=(), payment=(), usb=(), autoplay=(self), fullscreen=(self), picture-in-picture=(self)',
  } as const;
}
