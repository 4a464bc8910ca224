import { z } from 'zod';
import { cidrs } from './cidrs.ts';
import { encoderTiers } from './encoder-tiers.ts';
import { envCodec } from './env.ts';
import { address, host, port, regionName } from './fields.ts';
import {
  controlStoreLocation,
  edgeLocation,
  eventBusLocation,
  originLocation,
  secretLocation,
} from './locations.ts';

const list = z.string().transform((text) => text.split(',').filter((item) => item !== ''));

/** What the control API is told: HEADWATER_HOST, HEADWATER_PORT, HEADWATER_CONTROL_STORE, … Lists have commas. */
export const controlCodec = envCodec({
  /** It has no login: listen where only trusted programs reach it. */
  host: host.default('127.0.0.1'),
  port,
  controlStore: controlStoreLocation,
  /** The secret under which stream keys are hashed; ingest reads the same one. */
  keyPepper: secretLocation,
  ingestRtmpUrl: address(/^rtmp$/, 'rtmp://127.0.0.1:1935/live'),
  ingestRtmpsUrl: address(/^rtmps$/, 'rtmps://127.0.0.1:1936/live'),
  /** The edge as players reach it. */
  playbackBaseUrl: address(/^https?$/, 'http://127.0.0.1:8090'),
  pageBaseUrl: address(/^https?$/, 'http://127.0.0.1:8080'),
  region: regionName,
  /** Pages that may use the API from a browser, as origins: scheme, host and port. */
  allowedOrigins: list,
  /** What may encode a stream; the fleet alone unless told. */
  offeredEncoders: encoderTiers.optional(),
  /** Networks that streams may be sent to although they are not public. For one machine and tests; the proxies have the same. */
  pushAllow: cidrs.optional(),
  /** What is told to deny the streams that are taken down. Without it, or without an origin, none can be. */
  edge: edgeLocation.optional(),
  /** Where the recordings are that a takedown moves. */
  origin: originLocation.optional(),
  /** A file with the write token of the origin program; S3 needs none. */
  originTokenFile: z.string().min(1).optional(),
  /** Where it tells other systems of takedowns; on AWS a function that follows the tables does. */
  eventBus: eventBusLocation.optional(),
  /** What it signs with where that is a webhook: a secret `whsec_…`, or several, one a line. */
  webhookSecret: secretLocation.optional(),
  /** Further values that the Host header may have, besides the address that is listened on. */
  allowedHosts: list.optional(),
});
