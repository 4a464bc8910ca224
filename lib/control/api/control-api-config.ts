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

/** What the control API is told where it runs as a function: HEADWATER_CONTROL_STORE, HEADWATER_KEY_PEPPER, … */
export const controlFunctionCodec = envCodec({
  controlStore: controlStoreLocation,
  /** How long the lines of a stream's journal are kept. 90 days unless told. */
  eventRetentionDays: z.coerce.number().int().min(1).max(3650).optional(),
  /** The secret under which stream keys are hashed; ingest reads the same one. */
  keyPepper: secretLocation,
  ingestRtmpsUrl: baseUrl(['rtmps'], 'rtmps://ingest.example.com/live'),
  /** Left out where RTMP is not taken without TLS. */
  ingestRtmpUrl: baseUrl(['rtmp'], 'rtmp://ingest.example.com/live').optional(),
  playbackBaseUrl: baseUrl(['https'], 'https://live.example.com'),
  pageBaseUrl: baseUrl(['https'], 'https://live.example.com'),
  region: regionName,
  /** Where the recordings are that a takedown puts into quarantine. */
  origin: originLocation,
  /** What a takedown darkens. */
  edge: edgeLocation,
  /** Name or ARN of the function that goes on with takedowns. */
  takedownsFunction: z.string().min(1),
  /** What may encode a stream; the fleet alone unless told. */
  offeredEncoders: encoderTiers.optional(),
  /** Pipelines of a managed channel, for the same estimate. */
  channelClass: z.enum(['SINGLE_PIPELINE', 'STANDARD']).optional(),
  /** Ports at which the proxies reach other servers, with commas between them; empty where they reach none. */
  pushPorts: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .filter((port) => port !== '')
        .map(Number),
    )
    .pipe(z.array(z.int().min(1).max(65_535))),
  /** JSON in the form of `LadderConfig`, for the estimate of what a stream costs; the default ladder unless told. */
  ladder: z.string().min(1).optional(),
  /** Pages that may use the API from a browser, as origins with commas between them. */
  allowedOrigins: z.string().transform((text) => text.split(',').filter((origin) => origin !== '')),
});
