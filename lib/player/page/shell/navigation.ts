import { useEffect, useState } from 'preact/hooks';
import { isViewerPath, parseRoute, type Route } from '../model/routes.ts';

const navigated = 'headwater:navigated';

/** Navigates to another route without reloading the page. `notice`: what that page should say first. */
export function navigate(path: string, notice?: string): void {
  history.pushState(notice === undefined ? null : { notice }, '', path);
  dispatchEvent(new Event(navigated));
}

/** Puts another route in the place of this one. */
export function redirect(path: string): void {
  history.replaceState(null, '', path);
  dispatchEvent(new Event(navigated));
}

/** The notice that this page was opened with. */
export function noticeHere(): string | undefined {
  const { notice } = (history.state ?? {}) as { readonly notice?: unknown };
  return typeof notice === 'string' ? notice : undefined;
}

/** The route of the address bar, kept current. */
export function useRoute(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = () => setPath(location.pathname);
    addEventListener('popstate', follow);
    addEventListener(navigated, follow);
    return () => {
      removeEventListener('popstate', follow);
      removeEventListener(navigated, follow);
    };
  }, []);
  return parseRoute(path);
}

/**
 * Handles clicks on the page's own links; clicks for a new tab or a download are left to the browser. So are those from the viewer to a
 * console with a login and back (`viewerApart`): only the console's document may connect to the API.
 */
export function followLink(event: MouseEvent, viewerApart: boolean): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.origin !== location.origin || link.hasAttribute('download')) return;
  if (link.hash && link.pathname === location.pathname) return;
  const isFramed = window.top !== window;
  if (viewerApart && !isFramed && isViewerPath(link.pathname) !== isViewerPath(location.pathname)) return;
  event.preventDefault();
  // In another site's frame there is only the viewer: nothing else may be shown there (docs/decisions/0023).
  if (isFramed) {
    window.open(link.href, '_blank', 'noopener');
    return;
  }
  if (link.pathname + link.search === location.pathname + location.search) return;
  navigate(link.pathname + link.search);
}
