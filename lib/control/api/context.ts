import type { OpenAPIHono } from '@hono/zod-openapi';
import type { LadderConfig } from '../../config/ladder.ts';
import type { StreamDocument } from '../../control-store/documents.ts';
import type { ControlStore } from '../../control-store/ports.ts';
import type { EncoderTier } from '../../control-store/records.ts';
import type { Clock } from '../../net/clock.ts';
import type { StreamId } from '../../routing/ids.ts';
import type { EmitEvent } from '../../telemetry/events.ts';
import type { ChannelClass } from '../managed-channels/policy/managed-cost.ts';
import type { StalenessTracker } from '../policy/staleness.ts';

export interface ControlApiConfig {
  /** Where broadcasters publish, for example `rtmps://127.0.0.1:1936/live`. */
  readonly ingestRtmpsUrl: string;
  /** The same without TLS; left out where that is not taken. */
  readonly ingestRtmpUrl?: string | undefined;
  /** The edge, without a slash at the end. */
  readonly playbackBaseUrl: string;
  readonly pageBaseUrl: string;
  readonly region: string;
  /** The secret under which keys are hashed, and those of destinations sealed; ingest has the same. */
  readonly keyPepper: string;
  /** What may encode a stream. @default the fleet alone */
  readonly offeredEncoders?: readonly EncoderTier[] | undefined;
  /** What is encoded, for the estimate of what it costs. @default the default ladder */
  readonly ladder?: LadderConfig | undefined;
  /** Of its managed channels, for the same. @default STANDARD */
  readonly channelClass?: ChannelClass | undefined;
  /** Ports at which destinations can be reached; none: simulcast is not offered. @default any */
  readonly pushPorts?: readonly number[] | undefined;
  /** Networks (CIDR) that destinations may be in although they are not public, for one machine. @default none */
  readonly pushAllow?: readonly string[] | undefined;
  /**
   * What the Host header may say, with the port where it is not the scheme's own: a page that rebinds its name to this
   * address is refused. Not checked where left out: an authorizer stands before the API.
   */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Pages that may use the API from a browser. A request that names another origin is refused. */
  readonly allowedOrigins: readonly string[];
  /** Live event feeds open at once; 0 where answers cannot be held open. @default 200 */
  readonly maxLiveFeeds?: number;
  /** How often a live feed looks for news. @default 1000 */
  readonly livePollMs?: number;
  /** How long a live feed stays open; the browser opens the next one by itself. @default 900000 */
  readonly liveFeedMs?: number;
}

/** What the API needs, all of it from outside. */
export interface ControlApiDependencies {
  readonly store: ControlStore;
  readonly clock: Clock;
  readonly config: ControlApiConfig;
  readonly emit: EmitEvent;
  /** @default no routes for takedowns */
  readonly takedowns?: Takedowns | undefined;
}

/** Takes streams down and restores them. Both are written down before they answer, and go on by themselves. */
export interface Takedowns {
  take(streamId: StreamId, reason: string): Promise<StreamDocument<'takedown'>>;
  /** Throws `NeverTakenDownError`. */
  restore(streamId: StreamId): Promise<StreamDocument<'takedown'>>;
}

/** What the routes share. */
export interface ApiContext extends ControlApiDependencies {
  readonly leases: StalenessTracker;
  readonly fleet: StalenessTracker;
}

export type ControlApi = OpenAPIHono;
