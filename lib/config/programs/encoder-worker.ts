import { z } from 'zod';
import { defaultPartMs, dvrWindowSeconds, partLengthsMs } from '../defaults.ts';
import { envCodec } from '../env.ts';
import { eventRetentionDays, port, regionName } from '../fields.ts';
import { controlStoreLocation, eventBusLocation, originLocation, secretLocation } from '../locations.ts';
import { memberFields, memberVariables } from './fleet-member.ts';

const text = z.string().min(1);

/** Environment of an encoder worker: HEADWATER_MEMBER_ID, HEADWATER_HOST, … */
export const encoderWorkerCodec = envCodec(
  {
    ...memberFields,
    relayPort: port,
    healthPort: port,
    /** Whether there are live origins. Without, viewers get whole segments, with playlists that are stored with each. */
    liveOrigin: z.enum(['on', 'off']).default('on'),
    /** Where live origins read what is younger than the object store has. @default any free one */
    mediaPort: port.default(0),
    controlStore: controlStoreLocation,
    eventRetentionDays,
    origin: originLocation,
    /** File with the write token of the origin program; not needed for S3. */
    originTokenFile: text.optional(),
    /** Where to publish stream events for other systems; on AWS a function that follows the tables does this. */
    eventBus: eventBusLocation.optional(),
    /** Signing secret for a webhook bus: `whsec_…`, or several, one per line. */
    webhookSecret: secretLocation.optional(),
    /** Keys that proxies prove themselves with, one a line; the proxies have the same. Rotated keys are loaded without a restart. */
    relayKeys: secretLocation,
    region: regionName,
    /** The URL that players fetch media and the time from. */
    playbackBaseUrl: z.url().optional(),
    /** Maximum concurrent streams; also the worker's weight in the hash. */
    capacity: z.coerce.number().int().min(1).max(256).default(4),
    /** The fleet it belongs to. */
    pool: z.enum(['cpu', 'gpu']).default('cpu'),
    /** H.264 encoder: CPU, or an NVIDIA GPU. */
    videoEncoder: z.enum(['x264', 'nvenc']).default('x264'),
    /** The ECS task agent, used to protect a worker with broadcasts from scale-in; set by ECS. */
    taskAgentUri: z.url({ protocol: /^http$/ }).optional(),
    /** The ffmpeg to run. @default found automatically */
    ffmpegPath: text.optional(),
    /** `LadderConfig` as JSON. @default the default ladder */
    ladder: text.optional(),
    /** How much of a segment low-latency players get at once, in ms. All workers of a broadcast must agree on it. @default 250 */
    partMs: z.coerce.number().pipe(z.literal(partLengthsMs)).default(defaultPartMs),
    /** How far back viewers can seek while on air. @default 30 minutes */
    dvrWindowSeconds: z.coerce
      .number()
      .int()
      .min(dvrWindowSeconds.min)
      .max(dvrWindowSeconds.max)
      .default(dvrWindowSeconds.default),
  },
  { ...memberVariables, taskAgentUri: 'ECS_AGENT_URI' },
);
