/** Where the page may connect to, as origins or base URLs. */
export interface PageReach {
  /** @default no API: the page is a viewer only */
  readonly apiBaseUrl?: string | undefined;
  /** @default no supervisor, as everywhere but on a single machine */
  readonly processApiBaseUrl?: string | undefined;
  /** @default the page's own origin */
  readonly edgeBaseUrl?: string | undefined;
}

/** What a console with a login also connects to, as CSP sources: origins, also with `*.` in front of the host. */
export interface ConsoleReach {
  readonly connects?: readonly string[];
}

export interface Framing {
  /** Any site may show the page in a frame. @default false */
  readonly embeddable?: boolean;
}

/**
 * The page's Content-Security-Policy: its own files, the APIs and the edge, nothing else. Media Source Extensions plays
 * from `blob:`; the edge is a media source for browsers that play HLS natively. Inline scripts and styles are forbidden;
 * the page has none. Other sites may embed the viewer page and nothing else (docs/decisions/0023).
 */
export function contentSecurityPolicy(
  { apiBaseUrl, processApiBaseUrl, edgeBaseUrl, connects = [] }: PageReach & ConsoleReach,
  { embeddable = false }: Framing = {},
): string {
  const [api = '', processApi = '', edge = ''] = [apiBaseUrl, processApiBaseUrl, edgeBaseUrl].map((url) =>
    url ? ` ${new URL(url).origin}` : '',
  );
  const directives: Record<string, string> = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:",
    'connect-src': [`'self'${api}${processApi}${edge}`, ...connects].join(' '),
    'media-src': `'self' blob:${edge}`,
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': embeddable ? '*' : "'none'",
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/** Headers of every response of the page's server. */
export function securityHeaders(reach: PageReach & ConsoleReach, framing: Framing = {}) {
  return {
    'Content-Security-Policy': contentSecurityPolicy(reach, framing),
    // For browsers that don't know frame-ancestors. It has no value for "anyone".
    ...(!framing.embeddable && { 'X-Frame-Options': 'DENY' }),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy':
      'camera=(), microphone=(), geolocation=(), payment=(), usb=(), autoplay=(self), fullscreen=(self), picture-in-picture=(self)',
  } as const;
}
