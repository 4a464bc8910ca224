import type { BroadcastId, MemberId, SessionId, StreamId } from '../routing/ids.ts';
import type { Embedding } from './embedding.ts';

/** The control store's records. Times named `…AtMs` are Unix milliseconds, for people; no decision compares them. */

export interface StreamRecord {
  readonly id: StreamId;
  readonly name: string;
  /** Whose stream it is, if callers have owners; only this owner, and callers with full rights, see it. */
  readonly owner?: string;
  readonly createdAtMs: number;
  /** How long a broadcast waits for its publisher to reconnect, 0 to 1,800,000. */
  readonly reconnectWindowMs: number;
  readonly keys: readonly KeyRecord[];
  /** What encodes the stream. A change takes effect with the next broadcast. @default 'fleet' */
  readonly encoder?: EncoderTier;
  /** Other RTMP servers that the stream is pushed to. */
  readonly destinations?: readonly DestinationRecord[];
  /** Who may watch. @default 'public' */
  readonly playback?: PlaybackMode;
  /** How far behind the broadcaster viewers are. A change takes effect with the next broadcast. @default 'low' */
  readonly latency?: LatencyMode;
  /** Which sites may show the player in a frame. @default 'anywhere' */
  readonly embedding?: Embedding;
  /** Set when all playback links are revoked: tokens issued until then open nothing. */
  readonly playbackNotBeforeMs?: number;
  /** Set by a takedown: nobody may publish. */
  readonly takenDown?: { readonly reason: string; readonly atMs: number };
  /** Incremented by every write. A write names the version it read. */
  readonly version: number;
}

/** A place in the list of streams, newest first: by when they were created, and of several that were created at once by id. */
export type StreamPosition = Pick<StreamRecord, 'createdAtMs' | 'id'>;

/** Headwater's own encoder workers, or one AWS MediaLive channel per broadcast. */
export type EncoderTier = 'fleet' | 'medialive';

/** `low`: parts of segments are published while they grow. `standard`: whole segments only. */
export type LatencyMode = 'low' | 'standard';

/** `signed`: only viewers with a playback token (`lib/edge/policy/access/playback-token.ts`). */
export type PlaybackMode = 'public' | 'signed';

/** A third-party RTMP server that receives a copy of what the broadcaster sends (simulcast). */
export interface DestinationRecord {
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** `rtmp://` or `rtmps://`, host, port unless it is the default, and app; without the key. */
  readonly url: string;
  /** The stream key at the destination, encrypted (`lib/routing/destination-key.ts`). It is never shown again. */
  readonly sealedKey: string;
  readonly enabled: boolean;
  readonly createdAtMs: number;
}

export interface KeyRecord {
  readonly id: string;
  /** From `hashStreamKey`. The key itself is never stored. */
  readonly hash: string;
  readonly createdAtMs: number;
  /** Set on the older key while rotating. */
  readonly expiresAtMs?: number;
}

export type BroadcastState = 'starting' | 'live' | 'reconnecting' | 'ended';

export interface BroadcastRecord {
  readonly id: BroadcastId;
  readonly streamId: StreamId;
  readonly state: BroadcastState;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly endReason?: EndReason;
  /** Length of the recording in ms, once it is closed. */
  readonly recordedMs?: number;
  /** What its segments come to in the object store, all renditions together, once it is closed. */
  readonly recordedBytes?: number;
  readonly workerId: MemberId;
  readonly epoch: number;
  /** The last epoch whose worker said that it keeps real time: its newest segment was in the origin in time for viewers. */
  readonly caughtUpEpoch?: number;
  /** What encodes the broadcast. With `medialive`, `workerId` only holds the lease; the channel writes. @default 'fleet' */
  readonly encoder?: EncoderTier;
  readonly proxyId?: MemberId;
  readonly sessionId?: SessionId;
  /** Stream time of the session's first message, in ms. Ties a replay of that session to its published media. */
  readonly sessionStartMs?: number | undefined;
  readonly input?: InputFacts;
  readonly renditions: readonly RenditionFacts[];
}

export type BroadcastReference = Pick<BroadcastRecord, 'streamId' | 'id'>;

export type EndReason =
  | 'publisher-ended'
  | 'reconnect-window-over'
  | 'ended-by-api'
  | 'input-unusable'
  | 'encoder-failed'
  | 'taken-down';

/** The broadcaster's pictures. */
export interface PictureFacts {
  readonly videoCodec: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
}

/** The broadcaster's input, as measured by the worker. Without picture facts it is sound alone. */
export interface InputFacts extends Partial<PictureFacts> {
  readonly audioCodec?: string;
  readonly bitrateBps: number;
  /** The publishing application, as it identifies itself (RTMP `flashVer` or metadata `encoder`). */
  readonly encoder?: string;
}

export interface RenditionFacts {
  /** For example `720p` or `audio`; also the folder of its segments. */
  readonly id: string;
  /** RFC 6381. */
  readonly codecs: string;
  readonly bandwidthBps: number;
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
}

/**
 * Which worker may currently write a stream. Kept after release so that `epoch` only rises. `version` rises with each renewal: an
 * observer that sees it unchanged for the lease time, by its own monotonic clock, may take the lease.
 */
export interface LeaseRecord {
  readonly streamId: StreamId;
  readonly workerId: MemberId;
  readonly epoch: number;
  readonly version: number;
  readonly broadcastId: BroadcastId;
  readonly released: boolean;
  /** Set by the API. The holder sees it on its next renewal and ends the broadcast. */
  readonly endRequested: boolean;
}

export type FleetRole = 'ingest' | 'encoder';

/** What a worker encodes with: CPU or GPU. One hash ranks both. */
export type EncoderPool = 'cpu' | 'gpu';

export interface FleetMember {
  readonly id: MemberId;
  readonly role: FleetRole;
  /** Where others reach it: a worker's relay port, a proxy's RTMP port. */
  readonly host: string;
  readonly port: number;
  /** Maximum number of streams; also its weight in the hash. */
  readonly capacity: number;
  /** Current number of streams. */
  readonly load: number;
  readonly state: 'active' | 'draining';
  /** For workers. @default 'cpu' */
  readonly pool?: EncoderPool;
  /** For workers: where live origins read what is younger than the object store has. @default nothing can be read there */
  readonly mediaPort?: number;
  /** Rises with each heartbeat. Observers judge liveness by it and their own clock. */
  readonly version: number;
}

/** One journal entry of a stream, as shown in the console. */
export interface StreamEventRecord {
  readonly streamId: StreamId;
  /** Rises within a stream; pages are requested after a given sequence. */
  readonly sequence: number;
  readonly atMs: number;
  readonly broadcastId?: BroadcastId;
  /** For example `stream.live`; the table is in stream-events.ts. */
  readonly type: string;
  /** For people: who, when, how long, what viewers saw. */
  readonly text: string;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}
