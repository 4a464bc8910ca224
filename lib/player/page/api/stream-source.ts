import {
  firstRendition,
  type ManifestState,
  readManifestState,
  readPlaylistState,
} from '../model/manifest-state.ts';
import { linkFaultOf, linkFaultStatus } from '../model/playback-link.ts';
import type { StreamKnowledge } from '../model/playback-target.ts';
import { apiPollMs, edgePollMs, type PollSituation } from '../model/polling.ts';
import { leftNothing } from '../model/recordings.ts';
import { isTakenDown, takenDownStatus } from '../model/stream-state.ts';
import { uncounted } from '../playback/policy/viewer-report.ts';
import { type ApiClient, ApiError, ApiUnreachableError } from './client.ts';

/** Where the viewer page gets its knowledge of a stream. */
export interface StreamSource {
  /** With `broadcastId` what there is of that broadcast, whatever the stream does now. Throws if nothing could be found out. */
  find(id: string, broadcastId?: string): Promise<FoundStream>;
  /** Delay in ms until `find` is due again; undefined for never. */
  pollMs(situation: PollSituation): number | undefined;
}

export interface FoundStream {
  readonly name?: string;
  readonly knowledge: Extract<StreamKnowledge, { kind: 'known' | 'missing' | 'taken-down' | 'locked' }>;
}

/** Puts the viewer's playback token, if there is one, into a media URL of the stream. */
export type CarryToken = (streamId: string, url: string) => string;

const bare: CarryToken = (_, url) => url;

/** The control API: knows every state and the stream's name. Only the edge knows whether a link is valid. */
export const apiStreams = (
  api: ApiClient,
  carry: CarryToken = bare,
  request: typeof fetch = (...call) => fetch(...call),
): StreamSource => ({
  async find(id, wanted) {
    try {
      const stream = await api.getStream(id);
      const { name, state, broadcast } = stream;
      if (isTakenDown(stream)) return { name, knowledge: { kind: 'taken-down' } };
      const { access, dash, hls, manifests } = stream.playback;
      if (access === 'signed') {
        const found = await look(request, carry(id, manifests.includes('hls') ? hls : dash));
        if (found.status === linkFaultStatus) return { name, knowledge: locked(found.body) };
      }
      const carried = (url: string) => carry(id, url);
      if (wanted !== undefined && wanted !== broadcast?.id) {
        return { name, knowledge: await findRecording(request, carried, { dash, hls }, wanted) };
      }
      // An encoder that was refused, say, has left nothing to play: what was on air before it is still there.
      if (leftNothing(stream)) {
        return { name, knowledge: await findNewest(request, carried, { kind: 'known', dash, hls }) };
      }
      return { name, knowledge: { kind: 'known', state, broadcastId: broadcast?.id, dash, hls, manifests } };
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 404) return { knowledge: { kind: 'missing' } };
      throw cause;
    }
  },
  pollMs: apiPollMs,
});

export interface EdgePlace {
  readonly edgeBaseUrl: string;
  readonly region: string;
}

const timeoutMs = 8_000;

/**
 * The edge, for a page without an API: a stream's manifest exists or not, and shows whether it is still growing. A stream
 * that was never on air looks like one that doesn't exist; one that was taken down has its own HTTP status, and so has a signed
 * one without a valid link.
 */
export const edgeStreams = (
  { edgeBaseUrl, region }: EdgePlace,
  request: typeof fetch = (...call) => fetch(...call),
  carry: CarryToken = bare,
): StreamSource => {
  return {
    async find(id, wanted) {
      const base = `${edgeBaseUrl}/${region}/${encodeURIComponent(id)}`;
      const place = { kind: 'known', dash: `${base}/manifest.mpd`, hls: `${base}/index.m3u8` } as const;
      if (wanted !== undefined) {
        return { knowledge: await findRecording(request, (url) => carry(id, url), place, wanted) };
      }
      return { knowledge: await findNewest(request, (url) => carry(id, url), place) };
    },
    pollMs: edgePollMs,
  };
};

/** What the stream's own manifests lead to. */
async function findNewest(
  request: typeof fetch,
  carry: (url: string) => string,
  place: { readonly kind: 'known'; readonly dash: string; readonly hls: string },
): Promise<FoundStream['knowledge']> {
  const mpd = await look(request, carry(place.dash));
  if (mpd.status === takenDownStatus) return { kind: 'taken-down' };
  if (mpd.status === linkFaultStatus) return locked(mpd.body);
  if (mpd.status !== 404) return { ...place, ...manifestState(mpd, readManifestState(mpd.body)) };
  // Not every encoder produces a DASH manifest.
  const hls = carry(place.hls);
  const playlist = await look(request, hls);
  if (playlist.status === takenDownStatus) return { kind: 'taken-down' };
  if (playlist.status === 404) return { ...place, state: 'idle' };
  const rendition = firstRendition(playlist.body);
  const media = rendition === undefined ? playlist : await look(request, new URL(rendition, hls).href);
  const state = manifestState(media, readPlaylistState(playlist.body, media.body));
  return { ...place, ...state, manifests: ['hls'] };
}

/** One broadcast of a stream by its own manifests. `place`: the stream's. */
async function findRecording(
  request: typeof fetch,
  carry: (url: string) => string,
  { dash, hls }: { readonly dash: string; readonly hls: string },
  broadcastId: string,
): Promise<FoundStream['knowledge']> {
  const own = (url: string): string => url.replace(/\/([^/]+)$/, `/${broadcastId}/$1`);
  const known = { kind: 'known', broadcastId, dash, hls } as const;
  const mpd = await look(request, carry(own(dash)));
  if (mpd.status === takenDownStatus) return { kind: 'taken-down' };
  if (mpd.status === linkFaultStatus) return locked(mpd.body);
  if (mpd.status !== 404) return { ...known, state: manifestState(mpd, readManifestState(mpd.body)).state };
  // Not every encoder produces a DASH manifest.
  const playlist = await look(request, carry(own(hls)));
  if (playlist.status === 404) return { kind: 'missing' };
  if (playlist.status !== 200) throw new ApiError(playlist.status, 'The edge has no recording now.');
  return { ...known, state: 'ended', manifests: ['hls'] };
}

/** It is no viewer's request: who watches plays, too. */
async function look(request: typeof fetch, url: string): Promise<{ status: number; body: string }> {
  try {
    // The edge caches it for a second; the browser's own cache would only be older.
    const response = await request(uncounted(url), {
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, body: await response.text() };
  } catch (cause) {
    throw new ApiUnreachableError('The edge isn’t responding.', { cause });
  }
}

const locked = (body: string) => ({ kind: 'locked', fault: linkFaultOf(body) }) as const;

function manifestState({ status }: { status: number }, state: ManifestState | undefined): ManifestState {
  if (status !== 200 || state === undefined)
    throw new ApiError(status, `The edge responded with status ${status}.`);
  return state;
}
