import type {
  Audience,
  Broadcast,
  BroadcastList,
  CreatedKey,
  CreatedStream,
  Deletion,
  Destination,
  DestinationChange,
  Download,
  DownloadList,
  Embedding,
  EncoderTier,
  HealthWindow,
  LatencyMode,
  NewDestination,
  NewDownload,
  NewPlaybackSession,
  PlaybackMode,
  PlaybackSession,
  Problem,
  RecordingsChoice,
  RequestFault,
  Stream,
  StreamEvent,
  StreamEventList,
  StreamHealth,
  StreamPage,
  Takedown,
} from './types.ts';

/** The API responded with a problem (RFC 9457) or another error status. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code = 'API_ERROR';
  readonly status: number;
  /** Errors in the request, with their location in the body if they have one. */
  readonly faults: readonly RequestFault[];

  constructor(status: number, message: string, faults: readonly RequestFault[] = []) {
    super(message);
    this.status = status;
    this.faults = faults;
  }
}

/** The API couldn't be reached, didn't respond in time, or sent an unreadable response. */
export class ApiUnreachableError extends Error {
  override readonly name = 'ApiUnreachableError';
  readonly code = 'API_UNREACHABLE';
}

const timeoutMs = 8_000;
/** How long the previous key keeps working after a rotation. The console says "another hour". */
const rotationGraceSeconds = 3_600;

/** Calls a JSON API. Throws `ApiError` or `ApiUnreachableError`, with the words `unreachable` if there was no response. */
export function createCall(request: typeof fetch, unreachable = 'The platform isn’t responding.') {
  return async function call<Answer>(method: string, url: string, body?: object): Promise<Answer> {
    let response: Response;
    try {
      response = await request(url, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      });
    } catch (cause) {
      if (cause instanceof ApiUnreachableError) throw cause;
      throw new ApiUnreachableError(unreachable, { cause });
    }
    const text = await response.text();
    if (!response.ok) throw problemOf(response.status, text);
    if (text === '') return undefined as Answer;
    try {
      return JSON.parse(text) as Answer;
    } catch (cause) {
      throw new ApiUnreachableError('The platform’s response couldn’t be read.', { cause });
    }
  };
}

/** The part of the control API that the page uses. Every call may throw `ApiError` or `ApiUnreachableError`. */
export interface ApiClient {
  listStreams(cursor?: string): Promise<StreamPage>;
  /** Only streams on air. */
  listOnAir(cursor?: string): Promise<StreamPage>;
  getStream(id: string): Promise<Stream>;
  createStream(name: string): Promise<CreatedStream>;
  renameStream(id: string, name: string): Promise<Stream>;
  /** The answer says what stays until when. */
  deleteStream(id: string, recordings: RecordingsChoice): Promise<Deletion>;
  /** The verdict on what the encoder sends, with samples of the last ten minutes or of the whole broadcast. */
  getHealth(id: string, window: HealthWindow): Promise<StreamHealth>;
  /** Creates a new key; the previous one keeps working for an hour. */
  rotateKey(id: string): Promise<CreatedKey>;
  endBroadcast(id: string): Promise<void>;
  /** Newest first. */
  listBroadcasts(id: string): Promise<readonly Broadcast[]>;
  deleteBroadcast(id: string, broadcastId: string): Promise<Deletion>;
  /** What the same request has made already is returned. */
  createDownload(id: string, broadcastId: string, made: NewDownload): Promise<Download>;
  /** Newest first. */
  listDownloads(id: string, broadcastId: string): Promise<readonly Download[]>;
  getAudience(id: string): Promise<Audience>;
  /** Takes the stream down; repeating it changes nothing. `reason` is for reviewers. */
  takedown(id: string, reason: string): Promise<Takedown>;
  restore(id: string): Promise<Takedown>;
  /** The progress of the takedown. Status 404 if the stream was never taken down. */
  getTakedown(id: string): Promise<Takedown>;
  /** `key` is the stream key at the destination; it is never shown again. */
  addDestination(id: string, made: NewDestination): Promise<Destination>;
  changeDestination(id: string, destinationId: string, change: DestinationChange): Promise<Destination>;
  removeDestination(id: string, destinationId: string): Promise<void>;
  /** Applies from the next broadcast on. Status 409 if this platform doesn't offer it. */
  chooseEncoder(id: string, encoder: EncoderTier): Promise<Stream>;
  /** Applies from the next broadcast on. */
  chooseLatency(id: string, latency: LatencyMode): Promise<Stream>;
  /** Applies within seconds, to recordings too. */
  choosePlayback(id: string, playback: PlaybackMode): Promise<Stream>;
  /** Applies within a few minutes. */
  chooseEmbedding(id: string, embedding: Embedding): Promise<Stream>;
  /** Links for one viewer; they are never shown again. */
  createPlaybackSession(id: string, made: Partial<NewPlaybackSession>): Promise<PlaybackSession>;
  /** Status 404 if it has expired anyway. */
  revokePlaybackSession(id: string, sessionId: string): Promise<void>;
  revokePlaybackSessions(id: string): Promise<void>;
  /** In the order in which they happened: those after `after`, or without it the newest. */
  listEvents(id: string, after: number | undefined, limit: number): Promise<readonly StreamEvent[]>;
  /** URL of a stream's server-sent events; undefined if this API has none. */
  readonly eventsUrl: ((id: string) => string) | undefined;
}

export interface ApiClientOptions {
  /** Whether the API has live feeds, which need no token. @default true */
  readonly liveFeeds?: boolean;
  /** What to say if the API doesn't respond. */
  readonly unreachable?: string;
}

export function createApiClient(
  baseUrl: string,
  request: typeof fetch = fetch,
  { liveFeeds = true, unreachable }: ApiClientOptions = {},
): ApiClient {
  const streams = `${baseUrl}/v1/streams`;
  const one = (id: string) => `${streams}/${encodeURIComponent(id)}`;

  const destination = (id: string, destinationId: string) =>
    `${one(id)}/destinations/${encodeURIComponent(destinationId)}`;

  const broadcast = (id: string, broadcastId: string) =>
    `${one(id)}/broadcasts/${encodeURIComponent(broadcastId)}`;

  const call = createCall(request, unreachable);

  return {
    listStreams: (cursor) =>
      call('GET', `${streams}?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`),
    listOnAir: (cursor) =>
      call('GET', `${streams}?onAir=true&limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`),
    getStream: (id) => call('GET', one(id)),
    createStream: (name) => call('POST', streams, { name }),
    renameStream: (id, name) => call('PATCH', one(id), { name }),
    deleteStream: (id, recordings) => call('DELETE', `${one(id)}?recordings=${recordings}`),
    getHealth: (id, window) => call('GET', `${one(id)}/health?window=${window}`),
    rotateKey(id) {
      return call('POST', `${one(id)}/keys`, { graceSeconds: rotationGraceSeconds });
    },
    getAudience: (id) => call('GET', `${one(id)}/audience`),
    endBroadcast: (id) => call('POST', `${one(id)}/end`),
    listBroadcasts: async (id) =>
      (await call<BroadcastList>('GET', `${one(id)}/broadcasts?limit=100`)).broadcasts,
    deleteBroadcast: (id, broadcastId) => call('DELETE', broadcast(id, broadcastId)),
    createDownload: (id, broadcastId, made) => call('POST', `${broadcast(id, broadcastId)}/downloads`, made),
    listDownloads: async (id, broadcastId) =>
      (await call<DownloadList>('GET', `${broadcast(id, broadcastId)}/downloads`)).downloads,
    takedown: (id, reason) => call('POST', `${one(id)}/takedown`, { reason }),
    restore: (id) => call('POST', `${one(id)}/restore`),
    getTakedown: (id) => call('GET', `${one(id)}/takedown`),
    addDestination: (id, made) => call('POST', `${one(id)}/destinations`, made),
    changeDestination: (id, destinationId, change) => call('PATCH', destination(id, destinationId), change),
    removeDestination: (id, destinationId) => call('DELETE', destination(id, destinationId)),
    chooseEncoder: (id, encoder) => call('PATCH', one(id), { encoder }),
    chooseLatency: (id, latency) => call('PATCH', one(id), { latency }),
    choosePlayback: (id, playback) => call('PATCH', one(id), { playback }),
    chooseEmbedding: (id, embedding) => call('PATCH', one(id), { embedding }),
    createPlaybackSession: (id, made) => call('POST', `${one(id)}/playback-sessions`, made),
    revokePlaybackSession: (id, sessionId) =>
      call('DELETE', `${one(id)}/playback-sessions/${encodeURIComponent(sessionId)}`),
    revokePlaybackSessions: (id) => call('DELETE', `${one(id)}/playback-sessions`),
    async listEvents(id, after, limit) {
      const page = after === undefined ? '' : `&after=${after}`;
      const answer = await call<StreamEventList>('GET', `${one(id)}/events?limit=${limit}${page}`);
      return after === undefined ? answer.events.toReversed() : answer.events;
    },
    eventsUrl: liveFeeds ? (id) => `${one(id)}/events/live` : undefined,
  };
}

/** Statuses that a gateway in front of the API gives without a problem document. */
const gatewayWords: Readonly<Record<number, string>> = {
  401: 'The API doesn’t accept your sign-in. Sign out, then sign in again. If that doesn’t help, the API expects another issuer or audience.',
  403: 'Your account isn’t allowed to do this.',
  429: 'The API is receiving too many requests. Wait a moment.',
};

/** The problem with its own text, if it has any. */
function problemOf(status: number, text: string): ApiError {
  const fallback = gatewayWords[status] ?? `The platform responded with status ${status}.`;
  try {
    const { type, title, detail, errors } = JSON.parse(text) as {
      readonly [Field in keyof Problem]?: unknown;
    };
    if (type === 'urn:problem-type:headwater:insufficient-scope' && typeof detail === 'string') {
      return new ApiError(status, `Your account isn’t allowed to do this. ${detail}`);
    }
    const message = [detail, title].find((part) => typeof part === 'string') ?? fallback;
    return new ApiError(status, message, Array.isArray(errors) ? errors : []);
  } catch {
    // Not a problem document: only the status is known.
    return new ApiError(status, fallback);
  }
}

/** The message to show for a failed call. */
export function faultWords(fault: unknown): string {
  if (fault instanceof ApiError || fault instanceof ApiUnreachableError) return fault.message;
  return 'Something went wrong on this page. Reload it.';
}
