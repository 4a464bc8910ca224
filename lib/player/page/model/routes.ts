/** The page's own routes. `id` is taken from the URL unchecked; the API decides whether it exists. */
export type Route =
  | { readonly page: 'list' }
  | { readonly page: 'console'; readonly id: string }
  | { readonly page: 'watch'; readonly id: string }
  | { readonly page: 'unknown' };

export function parseRoute(path: string): Route {
  if (path === '/') return { page: 'list' };
  const [, folder, id] = /^\/(streams|watch)\/([^/]+)\/?$/.exec(path) ?? [];
  if (folder === undefined || id === undefined) return { page: 'unknown' };
  try {
    return { page: folder === 'streams' ? 'console' : 'watch', id: decodeURIComponent(id) };
  } catch {
    return { page: 'unknown' };
  }
}

export const consolePath = (id: string): string => `/streams/${encodeURIComponent(id)}`;
export const watchPath = (id: string): string => `/watch/${encodeURIComponent(id)}`;
