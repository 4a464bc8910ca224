import { z } from 'zod';
import { encoderTiers } from '../encoder-tiers.ts';
import { envCodec } from '../env.ts';
import { baseUrl, cidrs, eventRetentionDays, host, list, ownNames, port, regionName } from '../fields.ts';
import {
  controlStoreLocation,
  edgeLocation,
  eventBusLocation,
  originLocation,
  secretLocation,
} from '../locations.ts';

/** Environment of the control API: HEADWATER_HOST, HEADWATER_PORT, HEADWATER_CONTROL_STORE, … Lists are comma-separated. */
export const controlCodec = envCodec({
  /** Where to listen. Anything but loopback requires `apiToken`. */
  host: host.default('127.0.0.1'),
  port,
  controlStore: controlStoreLocation,
  eventRetentionDays,
  /** Secret for hashing stream keys; ingest reads the same one. */
  keyPepper: secretLocation,
  ingestRtmpUrl: baseUrl(['rtmp'], 'rtmp://127.0.0.1:1935/live'),
  ingestRtmpsUrl: baseUrl(['rtmps'], 'rtmps://127.0.0.1:1936/live'),
  /** Address at which players reach the edge. */
  playbackBaseUrl: baseUrl(['http', 'https'], 'http://127.0.0.1:8090'),
  /** Where this program itself reaches the edge, if players call it by a name that only they know. @default `playbackBaseUrl` */
  edgeUrl: baseUrl(['http', 'https'], 'http://127.0.0.1:8090').optional(),
  pageBaseUrl: baseUrl(['http', 'https'], 'http://127.0.0.1:8080'),
  region: regionName,
  /** Web origins that may use the API from a browser: scheme, host and port. */
  allowedOrigins: list,
  /** The encoders a stream may use. @default fleet only */
  offeredEncoders: encoderTiers.optional(),
  /** Non-public networks that streams may be pushed to. For one machine and tests; the proxies have the same setting. */
  pushAllow: cidrs.optional(),
  /** The edge that takedowns and signed streams are reported to. Without it, or without an origin, takedowns are unavailable. */
  edge: edgeLocation.optional(),
  /** The keys that sign playback links; the edge reads the same ones. Without it, or without an edge, every stream is public. */
  playbackKeys: secretLocation.optional(),
  /** Where the recordings are that a takedown quarantines. */
  origin: originLocation.optional(),
  /** File with the write token of the origin program; not needed for S3. */
  originTokenFile: z.string().min(1).optional(),
  /** Where to publish takedown events for other systems; on AWS a function that follows the tables does this. */
  eventBus: eventBusLocation.optional(),
  /** Signing secret for a webhook bus: `whsec_…`, or several, one per line. */
  webhookSecret: secretLocation.optional(),
  /**
   * File with the token that the edge asks of who wants to know its audience. Without it, audiences aren't recorded:
   * on AWS a function that follows CloudFront's log does this.
   */
  tierTokenFile: z.string().min(1).optional(),
  /** Token for callers that don't come from this machine. Without it, they are refused. */
  apiToken: secretLocation.optional(),
  /** Further accepted values of the Host header, besides the listening address. */
  allowedHosts: list.optional(),
  ownNames,
});
