import type { Destination, EncoderTier, Stream, StreamEvent, Takedown } from './types.ts';

/** The API answered with a problem (RFC 9457), or with something that is not an answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code = 'API_ERROR';
  readonly status: number;
  /** Faults of the request, each with its place in the body where it has one. */
  readonly faults: readonly RequestFault[];

  constructor(status: number, message: string, faults: readonly RequestFault[] = []) {
    super(message);
    this.status = status;
    this.faults = faults;
  }
}

export interface RequestFault {
  readonly detail: string;
  /** RFC 6901 as a fragment, for example `#/name`. */
  readonly pointer?: string;
}

/** The API could not be reached at all, or did not answer in time. */
export class ApiUnreachableError extends Error {
  override readonly name = 'ApiUnreachableError';
  readonly code = 'API_UNREACHABLE';
}

const timeoutMs = 8_000;
/** How long the key before a new one works on: time to change it in the encoder. The console says "an hour". */
const rotationGraceSeconds = 3_600;

/** One call of an API that takes and gives JSON. Throws `ApiError` or `ApiUnreachableError`. */
export function createCall(request: typeof fetch) {
  return async function call<Answer>(method: string, url: string, body?: object): Promise<Answer> {
    let response: Response;
    try {
      response = await request(url, {
        method,
        signal: AbortSignal.timeout(timeoutMs),
        ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
      });
    } catch (cause) {
      throw new ApiUnreachableError('The platform does not answer.', { cause });
    }
    const text = await response.text();
    if (!response.ok) throw problemOf(response.status, text);
    if (text === '') return undefined as Answer;
    try {
      return JSON.parse(text) as Answer;
    } catch (cause) {
      throw new ApiUnreachableError('The platform’s answer could not be read.', { cause });
    }
  };
}

/** The control API as the page uses it. Every call may throw `ApiError` or `ApiUnreachableError`. */
export interface ApiClient {
  listStreams(cursor?: string): Promise<{ streams: readonly Stream[]; cursor?: string }>;
  getStream(id: string): Promise<Stream>;
  createStream(name: string): Promise<Stream>;
  renameStream(id: string, name: string): Promise<Stream>;
  deleteStream(id: string): Promise<void>;
  /** Makes a new key; the one before stays good for a while. */
  rotateKey(id: string): Promise<RotatedKey>;
  endBroadcast(id: string): Promise<void>;
  /** Takes the stream down; asking again changes nothing. `reason` is for the people who review it. */
  takedown(id: string, reason: string): Promise<Takedown>;
  restore(id: string): Promise<Takedown>;
  /** How far the takedown is. Status 404 where the stream was never taken down. */
  getTakedown(id: string): Promise<Takedown>;
  /** `key` is the stream key at the destination; it is never shown again. */
  addDestination(id: string, made: NewDestination): Promise<Destination>;
  changeDestination(id: string, destinationId: string, change: DestinationChange): Promise<Destination>;
  removeDestination(id: string, destinationId: string): Promise<void>;
  /** Holds from the next broadcast on. Status 409 where this platform does not offer it. */
  chooseEncoder(id: string, encoder: EncoderTier): Promise<Stream>;
  listEvents(id: string, after: number | undefined, limit: number): Promise<readonly StreamEvent[]>;
  /** Address of the server-sent events of a stream. */
  eventsUrl(id: string): string;
}

/** The new key, shown this once. */
export interface RotatedKey {
  readonly key: string;
}

export interface NewDestination {
  readonly name: string;
  /** `rtmp://` or `rtmps://`, without the key. */
  readonly url: string;
  readonly key: string;
}

export interface DestinationChange {
  readonly name?: string;
  readonly enabled?: boolean;
}

export function createApiClient(baseUrl: string, request: typeof fetch = fetch): ApiClient {
  const streams = `${baseUrl}/v1/streams`;
  const one = (id: string) => `${streams}/${encodeURIComponent(id)}`;

  const destination = (id: string, destinationId: string) =>
    `${one(id)}/destinations/${encodeURIComponent(destinationId)}`;

  const call = createCall(request);

  return {
    listStreams: (cursor) =>
      call('GET', `${streams}?limit=100${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`),
    getStream: (id) => call('GET', one(id)),
    createStream: (name) => call('POST', streams, { name }),
    renameStream: (id, name) => call('PATCH', one(id), { name }),
    deleteStream: (id) => call('DELETE', one(id)),
    rotateKey(id) {
      return call('POST', `${one(id)}/keys`, { graceSeconds: rotationGraceSeconds });
    },
    endBroadcast: (id) => call('POST', `${one(id)}/end`),
    takedown: (id, reason) => call('POST', `${one(id)}/takedown`, { reason }),
    restore: (id) => call('POST', `${one(id)}/restore`),
    getTakedown: (id) => call('GET', `${one(id)}/takedown`),
    addDestination: (id, made) => call('POST', `${one(id)}/destinations`, made),
    changeDestination: (id, destinationId, change) => call('PATCH', destination(id, destinationId), change),
    removeDestination: (id, destinationId) => call('DELETE', destination(id, destinationId)),
    chooseEncoder: (id, encoder) => call('PATCH', one(id), { encoder }),
    async listEvents(id, after, limit) {
      const page = after === undefined ? '' : `&after=${after}`;
      const answer = await call<{ events: readonly StreamEvent[] }>(
        'GET',
        `${one(id)}/events?limit=${limit}${page}`,
      );
      return answer.events;
    },
    eventsUrl: (id) => `${one(id)}/events/live`,
  };
}

/** The problem with its own words where it has some. */
function problemOf(status: number, text: string): ApiError {
  const words = `The platform answered with status ${status}.`;
  try {
    const { title, detail, errors } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const told = [detail, title].find((part) => typeof part === 'string') ?? words;
    return new ApiError(status, told, Array.isArray(errors) ? errors : []);
  } catch {
    // Not a problem document; the status has to do.
    return new ApiError(status, words);
  }
}

/** What to tell a person about a fault of a call. */
export function faultWords(fault: unknown): string {
  if (fault instanceof ApiError || fault instanceof ApiUnreachableError) return fault.message;
  return 'Something went wrong in this page. Load it again.';
}
