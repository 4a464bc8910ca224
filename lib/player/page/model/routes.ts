/** The page's own routes. `id` is taken from the URL unchecked; the API decides whether it exists. */
export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'console'; readonly id: string }
  | { readonly page: 'watch'; readonly id: string }
  | { readonly page: 'platform' }
  | { readonly page: 'docs'; readonly id?: string }
  | { readonly page: 'unknown' };

/** The processes of a platform on one machine. */
export const platformPath = '/platform';

/** The reference of the control API. `id`: of one of its operations. */
export const docsPath = (id?: string): string => (id === undefined ? '/docs' : `/docs/${id}`);

export function parseRoute(path: string): Route {
  if (path === '/') return { page: 'list' };
  if (path === platformPath || path === `${platformPath}/`) return { page: 'platform' };
  const docs = /^\/docs(?:\/([^/]+))?\/?$/.exec(path);
  if (docs) return { page: 'docs', ...(docs[1] !== undefined && { id: docs[1] }) };
  const [, folder, id] = /^\/(streams|watch)\/([^/]+)\/?$/.exec(path) ?? [];
  if (folder === undefined || id === undefined) return { page: 'unknown' };
  try {
    return { page: folder === 'streams' ? 'console' : 'watch', id: decodeURIComponent(id) };
  } catch {
    return { page: 'unknown' };
  }
}

export const consolePath = (id: string): string => `/streams/${encodeURIComponent(id)}`;
/** `region`: if it isn't the one that the page assumes. */
export const watchPath = (id: string, region?: string): string =>
  `/watch/${encodeURIComponent(id)}${region === undefined ? '' : `?region=${region}`}`;

/** The viewer page of one recording. */
export const recordingPath = (id: string, broadcastId: string, region?: string): string => {
  const path = watchPath(id, region);
  return `${path}${path.includes('?') ? '&' : '?'}broadcast=${encodeURIComponent(broadcastId)}`;
};

/** The recording that a viewer page's address asks for; undefined for whatever the stream shows now. */
export function watchedBroadcast(search: string): string | undefined {
  const named = new URLSearchParams(search).get('broadcast') ?? '';
  return /^[0-9a-z]{16}$/.test(named) ? named : undefined;
}

/** Whether a path leads to the viewer, which has no part of the console. */
export const isViewerPath = (path: string): boolean => parseRoute(path).page === 'watch';
