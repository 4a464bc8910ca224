import { useEffect, useMemo } from 'preact/hooks';
import { renewInMs, tokenExpiryMs, tokenOf } from '../model/playback-link.ts';
import { useLinks } from '../playback/playback-links.ts';
import { useServices } from '../shell/services.ts';

/** How often a renewal is requested until it comes. */
const askAgainMs = 10_000;

/**
 * The link that this page was opened with (its fragment), and its renewal by whoever opened or embedded the page:
 *
 *     page → opener or parent    { type: 'headwater.renew', streamId, expiresAt }   shortly before it expires, or once it is refused
 *     opener or parent → page    { type: 'headwater.link', link }                   any of a playback session's three links
 *
 * Returns the token. `refused`: the edge refuses it, or there is none and one is needed.
 */
export function usePlaybackLink(id: string, refused: boolean): string | undefined {
  const { links } = useServices();
  useLinks(links);
  const read = () => {
    const inAddress = tokenOf(location.hash);
    if (inAddress !== undefined) links.use(id, inAddress);
  };
  // Before anything is asked without it.
  useMemo(read, [links, id]);
  const token = links.tokenOf(id);

  useEffect(() => {
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, [links, id]);

  useEffect(() => {
    const host: Window | null = parent === window ? (opener as Window | null) : parent;
    if (!host) return;
    const expiresMs = token === undefined ? undefined : tokenExpiryMs(token);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      const expiresAt = expiresMs === undefined ? undefined : new Date(expiresMs).toISOString();
      // It names nothing secret, so it may go to any origin.
      host.postMessage({ type: 'headwater.renew', streamId: id, expiresAt }, '*');
      timer = setTimeout(ask, askAgainMs);
    };
    const take = ({ source, data }: MessageEvent) => {
      const { type, link } = (data ?? {}) as { readonly type?: unknown; readonly link?: unknown };
      if (source !== host || type !== 'headwater.link' || typeof link !== 'string') return;
      const next = tokenOf(link);
      if (next === undefined) return;
      links.use(id, next);
      // A reload must not fall back to the old one.
      history.replaceState(history.state, '', `#${next}`);
    };
    addEventListener('message', take);
    if (refused) ask();
    else if (expiresMs !== undefined) timer = setTimeout(ask, renewInMs(Date.now(), expiresMs));
    return () => {
      clearTimeout(timer);
      removeEventListener('message', take);
    };
  }, [links, id, token, refused]);

  return token;
}
