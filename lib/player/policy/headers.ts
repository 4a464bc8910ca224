/** Where the page may reach out to, as origins or base addresses. */
export interface PageReach {
  /** Left out: there is no API for this page, which then is a viewer only. */
  readonly apiBaseUrl?: string;
  /** Left out: there is no supervisor, as anywhere but on one machine. */
  readonly processApiBaseUrl?: string;
  /** Left out: the edge is where the page comes from. */
  readonly edgeBaseUrl?: string;
}

/**
 * The Content-Security-Policy of the page: its own files, the control API and the edge, nothing else in the world.
 * `blob:` media is what Media Source Extensions plays from; the edge as media is for browsers that play HLS natively.
 * No inline script or style is allowed; the page has none.
 */
export function contentSecurityPolicy({ apiBaseUrl, processApiBaseUrl, edgeBaseUrl }: PageReach): string {
  const [api = '', processApi = '', edge = ''] = [apiBaseUrl, processApiBaseUrl, edgeBaseUrl].map((url) =>
    url ? ` ${new URL(url).origin}` : '',
  );
  const directives: Record<string, string> = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self' data:",
    'connect-src': `'self'${api}${processApi}${edge}`,
    'media-src': `'self' blob:${edge}`,
    'manifest-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'self'",
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources}`)
    .join('; ');
}

/** Headers of every answer of the page's server. */
export function securityHeaders(reach: PageReach) {
  return {
    'Content-Security-Policy': contentSecurityPolicy(reach),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Permissions-Policy':
      'camera=(), microphone=(), geolocation=(), payment=(), usb=(), autoplay=(self), fullscreen=(self), picture-in-picture=(self)',
  } as const;
}
