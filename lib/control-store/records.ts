import type { BroadcastId, MemberId, SessionId, StreamId } from '../routing/ids.ts';

/** What the control store keeps. Times named `…AtMs` are Unix milliseconds, for people; no decision compares them. */

export interface StreamRecord {
  readonly id: StreamId;
  readonly name: string;
  readonly createdAtMs: number;
  /** How long a broadcast waits for its publisher to come back, 0 to 1,800,000. */
  readonly reconnectWindowMs: number;
  readonly keys: readonly KeyRecord[];
  /** What encodes it; `fleet` where it is left out. A change holds from the next broadcast on. */
  readonly encoder?: EncoderTier;
  /** Where else the stream is pushed to. */
  readonly destinations?: readonly DestinationRecord[];
  /** Set by a takedown: nobody may publish. */
  readonly takenDown?: { readonly reason: string; readonly atMs: number };
  /** Rises by one at every write; a write names the version that it read. */
  readonly version: number;
}

/** Our own workers, or an AWS MediaLive channel for each broadcast. */
export type EncoderTier = 'fleet' | 'medialive';

/** An RTMP server of somebody else that gets a copy of what the broadcaster sends (simulcast). */
export interface DestinationRecord {
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** `rtmp://` or `rtmps://`, host, port where it is not the usual one, and app; without the key. */
  readonly url: string;
  /** The stream key at the destination, encrypted (`lib/routing/destination-key.ts`). It is never shown again. */
  readonly sealedKey: string;
  readonly enabled: boolean;
  readonly createdAtMs: number;
}

export interface KeyRecord {
  readonly id: string;
  /** From `hashStreamKey`. The key itself is kept nowhere. */
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
  readonly workerId: MemberId;
  readonly epoch: number;
  /** What encodes it; `fleet` where it is left out. `workerId` then only stands in for the writer. */
  readonly encoder?: EncoderTier;
  readonly proxyId?: MemberId;
  readonly sessionId?: SessionId;
  /** Stream time of the session's first message, in ms: ties a replay of that session to what is published of it. */
  readonly sessionStartMs?: number | undefined;
  readonly input?: InputFacts;
  readonly renditions: readonly RenditionFacts[];
}

export type BroadcastReference = Pick<BroadcastRecord, 'streamId' | 'id'>;

export type EndReason =
  | 'publisher-ended'
  | 'reconnect-window-over'
  | 'ended-by-api'
  | 'encoder-failed'
  | 'taken-down';

/** What arrives from the broadcaster, as the worker measures it. */
export interface InputFacts {
  readonly videoCodec: string;
  readonly audioCodec?: string;
  readonly width: number;
  readonly height: number;
  readonly frameRate: number;
  readonly bitrateBps: number;
  /** Application that publishes, as it names itself (RTMP `flashVer` or metadata `encoder`). */
  readonly encoder?: string;
}

export interface RenditionFacts {
  /** For example `720p`, `audio`; the folder of its segments. */
  readonly id: string;
  /** RFC 6381. */
  readonly codecs: string;
  readonly bandwidthBps: number;
  readonly width?: number;
  readonly height?: number;
  readonly frameRate?: number;
}

/**
 * Which worker may write a stream now. Kept after release, so that `epoch` only rises. `version` rises at each renewal:
 * an observer that sees it unchanged for the lease time by its own monotonic clock may take the lease.
 */
export interface LeaseRecord {
  readonly streamId: StreamId;
  readonly workerId: MemberId;
  readonly epoch: number;
  readonly version: number;
  readonly broadcastId: BroadcastId;
  readonly released: boolean;
  /** Set by the API; the holder sees it when it renews and ends the broadcast. */
  readonly endRequested: boolean;
}

export type FleetRole = 'ingest' | 'encoder';

/** What a worker encodes with: its processor, or a graphics card. One hash ranks both. */
export type EncoderPool = 'cpu' | 'gpu';

export interface FleetMember {
  readonly id: MemberId;
  readonly role: FleetRole;
  /** Where others reach it: the relay port of a worker, the RTMP port of a proxy. */
  readonly host: string;
  readonly port: number;
  /** Streams that it takes at most; also its weight in the hash. */
  readonly capacity: number;
  /** Streams that it has now. */
  readonly load: number;
  readonly state: 'active' | 'draining';
  /** Of a worker; `cpu` where it is left out. */
  readonly pool?: EncoderPool;
  /** Rises at each heartbeat. Observers judge life by it and their own clock. */
  readonly version: number;
}

/** One line of a stream's journal, as people read it in the console. */
export interface StreamEventRecord {
  readonly streamId: StreamId;
  /** Rises within a stream; pages are asked for "after this". */
  readonly sequence: number;
  readonly atMs: number;
  readonly broadcastId?: BroadcastId;
  /** For example `stream.live`; the table is in stream-events.ts. */
  readonly type: string;
  /** Plain words: who, when, how long, what the viewer saw. */
  readonly text: string;
  readonly data: Readonly<Record<string, string | number | boolean>>;
}
