import { z } from 'zod';
import { dvrWindowSeconds } from './defaults.ts';
import { envCodec } from './env.ts';
import { eventRetentionDays, port, regionName } from './fields.ts';
import { controlStoreLocation, eventBusLocation, originLocation, secretLocation } from './locations.ts';
import { memberFields, memberVariables } from './member.ts';

const text = z.string().min(1);

/** What an encoder worker is told, as HEADWATER_MEMBER_ID, HEADWATER_HOST and so on. */
export const encoderWorkerCodec = envCodec(
  {
    ...memberFields,
    relayPort: port,
    healthPort: port,
    controlStore: controlStoreLocation,
    eventRetentionDays,
    origin: originLocation,
    /** A file with the write token of the origin program; S3 needs none. */
    originTokenFile: text.optional(),
    /** Where it tells other systems of streams; on AWS a function that follows the tables does. */
    eventBus: eventBusLocation.optional(),
    /** What it signs with where that is a webhook: a secret `whsec_…`, or several, one a line. */
    webhookSecret: secretLocation.optional(),
    region: regionName,
    /** The URL that players fetch from; they ask it for the time too. */
    playbackBaseUrl: z.url().optional(),
    /** Streams at once at most; also its weight in the hash. */
    capacity: z.coerce.number().int().min(1).max(256).default(4),
    /** Which fleet it is of. */
    pool: z.enum(['cpu', 'gpu']).default('cpu'),
    /** What makes H.264: the processor, or an NVIDIA card. */
    videoEncoder: z.enum(['x264', 'nvenc']).default('x264'),
    /** The agent of the ECS task, which is asked not to stop a worker that has broadcasts; ECS sets it. */
    taskAgentUri: z.url({ protocol: /^http$/ }).optional(),
    /** The ffmpeg to run; found by itself unless told. */
    ffmpegPath: text.optional(),
    /** JSON in the form of `LadderConfig`; the default ladder unless told. */
    ladder: text.optional(),
    /** How far viewers can go back while on air. @default 30 minutes */
    dvrWindowSeconds: z.coerce
      .number()
      .int()
      .min(dvrWindowSeconds.min)
      .max(dvrWindowSeconds.max)
      .default(dvrWindowSeconds.default),
  },
  { ...memberVariables, taskAgentUri: 'ECS_AGENT_URI' },
);
