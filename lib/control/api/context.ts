import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ChannelClass } from '../../config/defaults.ts';
import type { LadderConfig } from '../../config/ladder.ts';
import type { Deletion } from '../../control-store/deletions.ts';
import type { StreamDocument } from '../../control-store/documents.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import type { EncoderTier } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { DeletionRequest } from '../deletions/deletion-runner.ts';
import type { KeyRing } from '../playback/key-ring.ts';
import type { StreamPlayback } from '../playback/stream-playback.ts';
import type { Caller } from '../policy/access.ts';
import type { StalenessTracker } from '../policy/staleness.ts';

export interface ControlApiConfig {
  /** Where broadcasters publish, for example `rtmps://127.0.0.1:1936/live`. */
  readonly ingestRtmpsUrl: string;
  /** The same without TLS; omitted if plain RTMP isn't accepted. */
  readonly ingestRtmpUrl?: string | undefined;
  /** Base URL of the edge, without a trailing slash. */
  readonly playbackBaseUrl: string;
  readonly pageBaseUrl: string;
  readonly region: string;
  /** Secret that hashes stream keys and seals destination keys; ingest uses the same one. */
  readonly keyPepper: string;
  /** Encoders that a stream may choose. @default ['fleet'] */
  readonly offeredEncoders?: readonly EncoderTier[] | undefined;
  /** Whether low latency can be had here (docs/decisions/0036). @default true */
  readonly liveOrigins?: boolean | undefined;
  /** The ladder, for the cost estimate. @default the default ladder */
  readonly ladder?: LadderConfig | undefined;
  /** Class of managed channels, for the cost estimate. @default STANDARD */
  readonly channelClass?: ChannelClass | undefined;
  /** How long storage keeps quarantined recordings, in days. @default indefinitely */
  readonly quarantineDays?: number | undefined;
  /** Ports that destinations may use; an empty list turns simulcast off. @default any port */
  readonly pushPorts?: readonly number[] | undefined;
  /** Non-public networks (CIDR) that destinations may be in, for use on a single machine. @default none */
  readonly pushAllow?: readonly string[] | undefined;
  /**
   * Accepted Host headers, with the port unless it is the scheme's default; protects against DNS rebinding. Not checked
   * if omitted, which requires an authorizer in front of the API.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins whose pages may use the API from a browser. Requests from any other origin are rejected. */
  readonly allowedOrigins: readonly string[];
  /** Limits of callers that may touch only their own streams. @default none */
  readonly callerLimits?: CallerLimits | undefined;
  /** Limit of concurrently open live event feeds; 0 if responses can't be streamed. @default 200 */
  readonly maxLiveFeeds?: number;
  /** How often a live feed polls for new events. @default 1000 */
  readonly livePollMs?: number;
  /** How long a live feed stays open; browsers reconnect automatically. @default 900000 */
  readonly liveFeedMs?: number;
}

export interface CallerLimits {
  readonly createsPerMinute: number;
  readonly streamsPerOwner: number;
}

/** Everything the API depends on. */
export interface ControlApiDependencies {
  readonly store: ControlStore;
  readonly clock: Clock;
  readonly config: ControlApiConfig;
  readonly emit: EmitEvent;
  /** Who sent a request; undefined if it carries no valid proof. @default everyone has full rights */
  readonly callerOf?: ((c: Context) => Caller | undefined) | undefined;
  /** @default no takedown routes */
  readonly takedowns?: Takedowns | undefined;
  /** @default streams and recordings can't be deleted */
  readonly deletions?: StreamDeletions | undefined;
  /** @default every stream is public */
  readonly playback?: PlaybackControl | undefined;
}

/** Deletes streams and recordings. The request is persisted before it returns and continues in the background. */
export interface StreamDeletions {
  /** @throws TooManyDeletionsError */
  ask(streamId: StreamId, request: DeletionRequest): Promise<Deletion>;
}

/** Makes streams signed, and playback links for them. */
export interface PlaybackControl {
  readonly streams: Pick<StreamPlayback, 'change' | 'pathOf' | 'edge'>;
  readonly keys: Pick<KeyRing, 'current'>;
}

/** Takes streams down and restores them. Both are persisted before they return and continue in the background. */
export interface Takedowns {
  take(streamId: StreamId, reason: string): Promise<StreamDocument<'takedown'>>;
  /** @throws NeverTakenDownError */
  restore(streamId: StreamId): Promise<StreamDocument<'takedown'>>;
}

/** State shared by the routes. */
export interface ApiContext extends ControlApiDependencies {
  readonly leases: StalenessTracker;
  readonly fleet: StalenessTracker;
}

/** What middleware leaves for the routes. */
export interface ApiEnvironment {
  Variables: { caller: Caller };
}

export type ControlApi = OpenAPIHono<ApiEnvironment>;
