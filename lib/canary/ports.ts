import type { Clock } from '../net/clock.ts';
import type { ShownPicture } from './policy/pictures.ts';
import type { HeardSound } from './policy/sound.ts';

export interface ApiResponse {
  readonly status: number;
  /** Parsed JSON; undefined if there is none. */
  readonly body: unknown;
}

/** The control API, as seen with some credentials. */
export interface ControlApi {
  /** The credentials, for messages: `the API token`. */
  readonly identity: string;
  /** Throws `CanaryUnusableError` if nothing answers or the credentials can't be had. */
  request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<ApiResponse>;
}

/** What the edge answered to one request. Times are monotonic ms. */
export interface EdgeResponse {
  readonly url: string;
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly requestedAtMs: number;
  /** When the last byte of the body had arrived. */
  readonly arrivedAtMs: number;
}

/** Requests as a page on another site makes them. Throws if nothing answers in time. */
export type RequestEdge = (
  url: string,
  options?: {
    readonly method?: 'GET' | 'OPTIONS';
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  },
) => Promise<EdgeResponse>;

export interface BroadcastOptions {
  /** With the stream key. */
  readonly url: string;
  readonly seconds: number;
  /** `WIDTHxHEIGHT`. */
  readonly size: string;
  readonly frameRate: number;
}

/** A publisher of numbered pictures and beeps. */
export interface Broadcaster {
  /** When picture 0 was sent, in monotonic ms; undefined while nothing was sent. */
  readonly sentFromMs: number | undefined;
  /** Resolves once it has ended: its exit code, and what it said about its failure. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
  stop(): Promise<void>;
}

/** Decodes media: an init segment and the segments that belong to it. */
export interface Decoder {
  pictures(media: Buffer): Promise<{ pictures: ShownPicture[]; complaints: readonly string[] }>;
  sound(media: Buffer): Promise<{ sound: HeardSound; complaints: readonly string[] }>;
}

export interface CanaryPorts {
  readonly api: ControlApi;
  readonly edge: RequestEdge;
  readonly decoder: Decoder;
  readonly clock: Clock;
  broadcast(options: BroadcastOptions): Broadcaster;
}
