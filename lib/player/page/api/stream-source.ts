import { readManifestState } from '../model/manifest-state.ts';
import type { StreamKnowledge } from '../model/playback-target.ts';
import { apiPollMs, edgePollMs, type PollSituation } from '../model/polling.ts';
import { type ApiClient, ApiError, ApiUnreachableError } from './client.ts';

/** Where the viewer's page learns of a stream. */
export interface StreamSource {
  /** Throws where nothing could be learned. */
  find(id: string): Promise<FoundStream>;
  /** How long until `find` is due again, in ms; undefined for not at all. */
  pollMs(situation: PollSituation): number | undefined;
}

export interface FoundStream {
  readonly name?: string;
  readonly knowledge: Extract<StreamKnowledge, { kind: 'known' | 'missing' }>;
}

/** The control API: it knows every state, and the stream's name. */
export const apiStreams = (api: ApiClient): StreamSource => ({
  async find(id) {
    try {
      const { state, broadcast, playback, name } = await api.getStream(id);
      const { dash, hls } = playback;
      return { name, knowledge: { kind: 'known', state, broadcastId: broadcast?.id, dash, hls } };
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
 * The edge, for a page without an API: a stream's manifest is there or not, and says whether it still grows. A stream that
 * was never on air and one that does not exist look the same.
 */
export const edgeStreams = (
  { edgeBaseUrl, region }: EdgePlace,
  request: typeof fetch = (...call) => fetch(...call),
): StreamSource => ({
  async find(id) {
    const base = `${edgeBaseUrl}/${region}/${encodeURIComponent(id)}`;
    const place = { kind: 'known', dash: `${base}/manifest.mpd`, hls: `${base}/index.m3u8` } as const;
    let response: Response;
    let body: string;
    try {
      // The edge keeps it for a second; a copy of the browser's own would only be older.
      response = await request(place.dash, { cache: 'no-store', signal: AbortSignal.timeout(timeoutMs) });
      body = await response.text();
    } catch (cause) {
      throw new ApiUnreachableError('The edge does not answer.', { cause });
    }
    if (response.status === 404) return { knowledge: { ...place, state: 'idle' } };
    const told = response.ok ? readManifestState(body) : undefined;
    if (!told) throw new ApiError(response.status, `The edge answered with status ${response.status}.`);
    return { knowledge: { ...place, ...told } };
  },
  pollMs: edgePollMs,
});
