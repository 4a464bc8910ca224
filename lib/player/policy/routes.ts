/** One file of the page, in memory. */
export interface PageFile {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Strong and quoted. */
  readonly etag: string;
  /** The name contains a hash of the content, so the file never changes. */
  readonly immutable: boolean;
}

/** The page's files by absolute path; `/index.html` is served for every page route, `/embed.html` for the embedded player. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Client-side routes, all served with `/index.html`. IDs aren't checked here: the page shows "Stream not found". */
export const pageRoutes: readonly RegExp[] = [
  /^\/$/,
  /^\/platform\/?$/,
  /^\/docs(\/[^/]+)?\/?$/,
  /^\/streams\/[^/]+\/?$/,
  /^\/watch\/[^/]+\/?$/,
];

/** The player alone, which other sites may show in a frame. It is a document of its own. */
export const embedRoute = /^\/embed\/[^/]+\/?$/;

/** The pages of streams, as a CDN's path patterns. */
export const streamPagePatterns = { watch: '/watch/*', embed: '/embed/*' } as const;

/** True for a path that a person may open or reload. */
export const isPageRoute = (path: string): boolean => pageRoutes.some((route) => route.test(path));

/** The file to serve for `path`, with its HTTP status. An unknown path still gets the page, which explains the error. */
export function fileFor(path: string, files: PageFiles): { status: 200 | 404; file: PageFile } | undefined {
  const exact = files.get(path);
  if (exact) return { status: 200, file: exact };
  const embed = files.get('/embed.html');
  if (embed && embedRoute.test(path)) return { status: 200, file: embed };
  const index = files.get('/index.html');
  if (!index) return undefined;
  // A missing script or image is an error, not a page: an old tab must get the 404 after a deploy.
  if (/\.[a-z0-9]+$/i.test(path)) return undefined;
  return { status: isPageRoute(path) ? 200 : 404, file: index };
}

export const cacheControlOf = ({ immutable }: Pick<PageFile, 'immutable'>): string =>
  immutable ? 'public, max-age=31536000, immutable' : 'no-cache';
