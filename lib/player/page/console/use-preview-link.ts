import { useEffect } from 'preact/hooks';
import type { Stream } from '../api/types.ts';
import { renewInMs, tokenExpiryMs, tokenOf } from '../model/playback-link.ts';
import { useLinks } from '../playback/playback-links.ts';
import { useApi, useServices } from '../shell/services.ts';

const previewSeconds = 3_600;
const againMs = 5_000;

/** The console's own link to a signed stream, renewed in time; undefined for a public one. */
export function usePreviewLink({ id, playback }: Stream): string | undefined {
  const api = useApi();
  const { links } = useServices();
  useLinks(links);
  const isSigned = playback.access === 'signed';
  const token = isSigned ? links.tokenOf(id) : undefined;

  useEffect(() => {
    if (!isSigned) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const make = async () => {
      try {
        const { playback: made } = await api.createPlaybackSession(id, { ttlSeconds: previewSeconds });
        if (!stopped) links.use(id, tokenOf(made.page) ?? '');
      } catch {
        // The rest of the console says what is wrong.
        if (!stopped) timer = setTimeout(make, againMs);
      }
    };
    const expiresMs = token === undefined ? undefined : tokenExpiryMs(token);
    timer = setTimeout(make, expiresMs === undefined ? 0 : renewInMs(Date.now(), expiresMs));
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [api, links, id, isSigned, token]);

  return token;
}
