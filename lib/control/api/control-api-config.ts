import { z } from 'zod';
import { encoderTiers } from '../../config/encoder-tiers.ts';
import { envCodec } from '../../config/env.ts';
import { baseUrl, regionName } from '../../config/fields.ts';
import {
  controlStoreLocation,
  edgeLocation,
  originLocation,
  secretLocation,
} from '../../config/locations.ts';

/** Settings of the control API as a Lambda function: HEADWATER_CONTROL_STORE, HEADWATER_KEY_PEPPER, … */
export const controlFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** How long a stream's journal keeps its events. @default 90 days */
  eventRetentionDays: z.coerce.number().int().min(1).max(3650).optional(),
  /** Secret that hashes stream keys; ingest reads the same one. */
  keyPepper: secretLocation,
  ingestRtmpsUrl: baseUrl(['rtmps'], 'rtmps://ingest.example.com/live'),
  /** @default plain RTMP isn't accepted */
  ingestRtmpUrl: baseUrl(['rtmp'], 'rtmp://ingest.example.com/live').optional(),
  playbackBaseUrl: baseUrl(['https'], 'https://live.example.com'),
  pageBaseUrl: baseUrl(['https'], 'https://live.example.com'),
  region: regionName,
  /** Holds the recordings that a takedown quarantines. */
  origin: originLocation,
  /** The keys that sign playback links. */
  playbackKeys: secretLocation,
  /** The edge that takedowns and signed streams are reported to. */
  edge: edgeLocation,
  /** Name or ARN of the function that completes takedowns. */
  takedownsFunction: z.string().min(1),
  /** Encoders that a stream may choose. @default the fleet alone */
  offeredEncoders: encoderTiers.optional(),
  /** Whether the region has live origins; without them every stream has standard latency. @default true */
  liveOrigins: z.stringbool().optional(),
  /** Class of managed channels, for the cost estimate. @default STANDARD */
  channelClass: z.enum(['SINGLE_PIPELINE', 'STANDARD']).optional(),
  /** How long storage keeps quarantined recordings, in days. */
  quarantineDays: z.coerce.number().int().min(1).max(3650).optional(),
  /** Ports that destinations may use, comma-separated; empty if simulcast is off. */
  pushPorts: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .filter((port) => port !== '')
        .map(Number),
    )
    .pipe(z.array(z.int().min(1).max(65_535))),
  /** A `LadderConfig` as JSON, for the cost estimate. @default the default ladder */
  ladder: z.string().min(1).optional(),
  /** The claim that names the owner of streams, if the gateway accepts tokens. @default it accepts IAM identities */
  jwtOwnerClaim: z.string().min(1).optional(),
  /** What the issuer puts in front of our scopes. */
  jwtScopePrefix: z.string().optional(),
  /** The claim with the groups that privileged scopes require. @default scopes suffice */
  jwtGroupsClaim: z.string().min(1).optional(),
  createsPerMinute: z.coerce.number().int().min(1).optional(),
  streamsPerOwner: z.coerce.number().int().min(1).optional(),
  /** Origins whose pages may use the API from a browser, comma-separated. */
  allowedOrigins: z.string().transform((text) => text.split(',').filter((origin) => origin !== '')),
});
