import { useEffect, useState } from 'preact/hooks';
import { parseRoute, type Route } from '../model/routes.ts';

const navigated = 'headwater:navigated';

/** Goes to another address of the page without loading it again. */
export function navigate(path: string): void {
  history.pushState(null, '', path);
  dispatchEvent(new Event(navigated));
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

/** Lets the page draw a click on one of its own links; clicks that ask for a new tab or a download stay the browser's. */
export function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!link || link.target || link.origin !== location.origin || link.hasAttribute('download')) return;
  if (link.hash && link.pathname === location.pathname) return;
  event.preventDefault();
  if (link.pathname + link.search === location.pathname + location.search) return;
  navigate(link.pathname + link.search);
}
