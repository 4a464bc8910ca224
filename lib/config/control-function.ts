import { z } from 'zod';
import { encoderTiers } from './encoder-tiers.ts';
import { envCodec } from './env.ts';
import { controlStoreLocation, edgeLocation, originLocation, secretLocation } from './locations.ts';

const address = (protocol: RegExp, example: string) =>
  z
    .url({ protocol, error: `must be an address such as ${example}` })
    .transform((url) => url.replace(/\/+$/, ''));

/** Environment of the control API as a function: HEADWATER_CONTROL_STORE, HEADWATER_KEY_PEPPER, … */
export const controlFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** How long to keep the events of a stream's journal. @default 90 days */
  eventRetentionDays: z.coerce.number().int().min(1).max(3650).optional(),
  /** Secret for hashing stream keys; ingest reads the same one. */
  keyPepper: secretLocation,
  ingestRtmpsUrl: address(/^rtmps$/, 'rtmps://ingest.example.com/live'),
  /** Omitted if RTMP without TLS is not accepted. */
  ingestRtmpUrl: address(/^rtmp$/, 'rtmp://ingest.example.com/live').optional(),
  playbackBaseUrl: address(/^https$/, 'https://live.example.com'),
  pageBaseUrl: address(/^https$/, 'https://live.example.com'),
  region: z.string().regex(/^[a-z0-9-]{1,32}$/, 'must be a region name such as eu-central-1'),
  /** Where the recordings are that a takedown quarantines. */
  origin: originLocation,
  /** The edge at which takedowns deny streams. */
  edge: edgeLocation,
  /** Name or ARN of the function that finishes takedowns. */
  takedownsFunction: z.string().min(1),
  /** The encoders a stream may use. @default fleet only */
  offeredEncoders: encoderTiers.optional(),
  /** Pipelines of a managed channel, for the cost estimate. */
  channelClass: z.enum(['SINGLE_PIPELINE', 'STANDARD']).optional(),
  /** Comma-separated ports on which the proxies can reach other servers; empty if none. */
  pushPorts: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .filter((port) => port !== '')
        .map(Number),
    )
    .pipe(z.array(z.int().min(1).max(65_535))),
  /** `LadderConfig` as JSON, for a stream's cost estimate. @default the default ladder */
  ladder: z.string().min(1).optional(),
  /** Comma-separated web origins that may use the API from a browser. */
  allowedOrigins: z.string().transform((text) => text.split(',').filter((origin) => origin !== '')),
});
