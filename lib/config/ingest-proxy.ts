import { z } from 'zod';
import { cidrs } from './cidrs.ts';
import { defaultReplayMaxBytes } from './defaults.ts';
import { envCodec } from './env.ts';
import { port } from './fields.ts';
import { certificateLocation, controlStoreLocation, eventBusLocation, secretLocation } from './locations.ts';
import { memberFields, memberVariables } from './member.ts';
import { rtmpApp } from './names.ts';

const count = (least: number) => z.coerce.number().int().min(least);

/** What an ingest proxy is told: HEADWATER_MEMBER_ID, HEADWATER_RTMP_PORT, HEADWATER_CONTROL_STORE, … */
export const ingestProxyCodec = envCodec(
  {
    ...memberFields,
    rtmpPort: port,
    rtmpsPort: port,
    healthPort: port,
    /** For RTMPS. A new one is taken up while running. */
    certificate: certificateLocation,
    controlStore: controlStoreLocation,
    /** The secret under which stream keys are hashed, the same that the control API has. */
    keyPepper: secretLocation,
    /** Where it tells other systems of pushes; on AWS a function that follows the tables does. */
    eventBus: eventBusLocation.optional(),
    /** What it signs with where that is a webhook. */
    webhookSecret: secretLocation.optional(),
    /** Publishers at a time; also the most connections on each port. */
    capacity: count(1).default(1_000),
    app: z.string().min(1).default(rtmpApp),
    /** Reads of all publishers are taken together this often (a frame at 30 fps): less CPU for as much latency. 0 reads at once. */
    batchMs: count(0).default(33),
    /** What is kept of each publisher to move it to another worker, in bytes. */
    replayMaxBytes: count(0).default(defaultReplayMaxBytes),
    /** How long publishers may go on after the proxy was asked to stop. */
    drainMs: count(0).default(3_000),
    /** Addresses that streams may be pushed to although they are not public, as CIDRs between commas. For one machine and tests. */
    pushAllow: cidrs.optional(),
    /** A file with certificates that are trusted for pushes beside the usual ones, in PEM. For one machine and tests. */
    pushCaFile: z.string().min(1).optional(),
    /** Whether every connection begins with a PROXY protocol v2 header. Only behind a balancer that sends it. */
    proxyProtocol: z.enum(['on', 'off']).default('off'),
  },
  memberVariables,
);
