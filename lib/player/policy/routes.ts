/** One file of the page, whole in memory. */
export interface PageFile {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Strong and quoted. */
  readonly etag: string;
  /** The name carries a hash of the content, so it never changes. */
  readonly immutable: boolean;
}

/** The page by absolute path; `/index.html` answers every route of the page. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** The routes that the page draws by itself; they all get `/index.html`. Ids are not checked here: the page says "no such stream". */
export const pageRoutes: readonly RegExp[] = [/^\/$/, /^\/streams\/[^/]+\/?$/, /^\/watch\/[^/]+\/?$/];

/** True for an address that a person may open or reload. */
export const isPageRoute = (path: string): boolean => pageRoutes.some((route) => route.test(path));

/** The file that answers `path`, with its HTTP status. An unknown address still gets the page, which explains itself. */
export function fileFor(path: string, files: PageFiles): { status: 200 | 404; file: PageFile } | undefined {
  const exact = files.get(path);
  if (exact) return { status: 200, file: exact };
  const index = files.get('/index.html');
  if (!index) return undefined;
  // A missing script or picture is an error, not a page: an old tab after a deploy must see the 404.
  if (/\.[a-z0-9]+$/i.test(path)) return undefined;
  return { status: isPageRoute(path) ? 200 : 404, file: index };
}

export const cacheControlOf = ({ immutable }: Pick<PageFile, 'immutable'>): string =>
  immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
